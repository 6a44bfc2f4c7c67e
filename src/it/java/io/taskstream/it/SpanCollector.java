package io.taskstream.it;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A collector of OpenTelemetry's spans, which come by gRPC. */
final class SpanCollector extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {

    /** The attribute of the HTTP method, now and before OpenTelemetry's conventions were stable. */
    private static final Set<String> METHOD = Set.of("http.request.method", "http.method");

    private final List<Exported> exported = new CopyOnWriteArrayList<>();
    private final Server server;

    SpanCollector() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(this)
                .build()
                .start();
    }

    /**
     * A span.
     *
     * @param trace in hexadecimal
     * @param parent in hexadecimal, empty for none
     */
    record Exported(String service, String method, String trace, String parent) {}

    int port() {
        return server.getPort();
    }

    /** The spans so far. */
    List<Exported> exported() {
        return exported;
    }

    @Override
    public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
        HexFormat hex = HexFormat.of();
        for (var resource : request.getResourceSpansList()) {
            String service = value(resource.getResource().getAttributesList(), Set.of("service.name"));
            for (var scope : resource.getScopeSpansList()) {
                for (var span : scope.getSpansList()) {
                    exported.add(new Exported(
                            service,
                            value(span.getAttributesList(), METHOD),
                            hex.formatHex(span.getTraceId().toByteArray()),
                            hex.formatHex(span.getParentSpanId().toByteArray())));
                }
            }
        }
        answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
        answer.onCompleted();
    }

    private static String value(List<KeyValue> attributes, Set<String> keys) {
        return attributes.stream()
                .filter(attribute -> keys.contains(attribute.getKey()))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
