package io.taskstream.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A self-signed certificate for the loopback address, and its key; both in PEM. */
public record RedisCertificate(Path certificate, Path key) {

    /** Makes a new one in that directory, by openssl. */
    public static RedisCertificate in(Path directory) {
        var made = new RedisCertificate(directory.resolve("certificate.pem"), directory.resolve("key.pem"));
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc"));
        command.addAll(List.of("-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"));
        command.addAll(List.of("-keyout", made.key.toString(), "-out", made.certificate.toString()));
        RedisServer.run(command);
        return made;
    }

    /** The options with which redis-server speaks TLS by it on a port. */
    public String[] options(int port) {
        return new String[] {
            "--tls-port", "" + port,
            "--tls-cert-file", certificate.toString(),
            "--tls-key-file", key.toString(),
            "--tls-ca-cert-file", certificate.toString(),
            "--tls-auth-clients", "no"
        };
    }
}
