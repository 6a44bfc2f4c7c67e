package io.taskstream.eventlog.redis;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is, and what there is ours.
 *
 * @param uris as Lettuce reads them: {@code redis://}, {@code rediss://} or {@code redis-sentinel://}; of a Cluster, the
 *     nodes to begin with
 * @param isCluster whether it is a Redis Cluster
 * @param prefix what all keys and channels begin with; without braces
 * @param replicas how many replicas must have what is acknowledged, 0 for none
 * @param trust the certificates, in PEM, of those who may vouch for Redis where it is reached by TLS; {@code null} for
 *     those whom the JVM trusts
 */
public record RedisPlace(
        List<String> uris,
        boolean isCluster,
        String prefix,
        int replicas,
        @Nullable Path trust) {

    /** One for which those may vouch whom the JVM trusts. */
    public RedisPlace(List<String> uris, boolean isCluster, String prefix, int replicas) {
        this(uris, isCluster, prefix, replicas, null);
    }

    public RedisPlace {
        uris = List.copyOf(uris);
        if (uris.isEmpty() || (uris.size() > 1 && !isCluster)) {
            throw new IllegalArgumentException("One URI, or those of a cluster's nodes: " + uris);
        }
        if (prefix.indexOf('{') >= 0) {
            throw new IllegalArgumentException("A brace would end the hash tag elsewhere: " + prefix);
        }
        if (isCluster && replicas > 0) {
            throw new IllegalArgumentException("Waiting for replicas is not known for a cluster");
        }
    }
}
