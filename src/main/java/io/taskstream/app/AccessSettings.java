package io.taskstream.app;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Hosts;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.access.token.JwtVerifier;
import io.taskstream.http.filter.HeadLimits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of authentication, quotas and rate limits.
 *
 * @param tokensFile the file of static tokens
 * @param jwt the verification of JSON Web Tokens; empty if none are accepted
 * @param secretFile the secret of stream passes; without it the server generates one
 * @param longestLife the longest life of a token
 * @param openTasks the quota of open tasks per subject; 0 for unlimited
 * @param eventsPerTask events a second to one task; 0 for unlimited
 * @param eventsPerProducer events a second by one subject; 0 for unlimited
 */
record AccessSettings(
        AccessControl.Mode mode,
        Optional<Path> tokensFile,
        Optional<Jwt> jwt,
        Optional<Path> secretFile,
        Duration ticketLife,
        Duration longestLife,
        Proxies proxies,
        Origins origins,
        Hosts hosts,
        HeadLimits headLimits,
        ViewerQuotas.Limits viewerLimits,
        int openTasks,
        int eventsPerTask,
        int eventsPerProducer) {

    private static final int MANY = 10_000_000;
    private static final int DAY = 86_400;

    /**
     * The source of the keys, either a file or a URL, and the rules for tokens.
     *
     * @param keysLife how long fetched keys are cached
     * @param keysOutage how much longer they stay valid if they can't be fetched again
     */
    record Jwt(
            Optional<Path> keyFile,
            Optional<URI> keysUrl,
            Duration keysLife,
            Duration keysOutage,
            JwtVerifier.Rules rules) {}

    static AccessSettings read(SettingReader config) {
        AccessControl.Mode mode = switch (config.oneOf("taskstream.access", "", "", "open", "tokens")) {
            case "open" -> AccessControl.Mode.OPEN;
            case "tokens" -> AccessControl.Mode.TOKENS;
            default -> AccessControl.Mode.CLOSED;
        };
        Optional<Path> tokensFile =
                config.optional("taskstream.access.tokens-file").map(Path::of);
        Duration longestLife = config.seconds("taskstream.access.max-token-seconds", 30 * DAY, 1, 3_650L * DAY);
        Optional<Jwt> jwt = jwt(config, longestLife);
        if (mode == AccessControl.Mode.TOKENS && tokensFile.isEmpty() && jwt.isEmpty()) {
            throw new InvalidSettingException(
                    "taskstream.access",
                    "tokens",
                    "open unless there is taskstream.access.tokens-file, taskstream.access.jwt.key-file or"
                            + " taskstream.access.jwt.keys-url");
        }
        return new AccessSettings(
                mode,
                tokensFile,
                jwt,
                config.optional("taskstream.access.secret-file").map(Path::of),
                config.seconds("taskstream.access.ticket-seconds", 30, 1, 600),
                longestLife,
                proxies(config),
                origins(config),
                hosts(config),
                new HeadLimits(
                        config.integer("taskstream.limit.header-bytes", 16_384, 0, MANY),
                        config.integer("taskstream.limit.query-bytes", 16_384, 0, MANY)),
                new ViewerQuotas.Limits(
                        config.integer("taskstream.limit.viewers", 50_000, 0, MANY),
                        config.integer("taskstream.limit.viewers-per-task", 0, 0, MANY),
                        config.integer("taskstream.limit.viewers-per-subject", 1_000, 0, MANY),
                        config.integer("taskstream.limit.viewers-per-address", 0, 0, MANY)),
                config.integer("taskstream.limit.open-tasks-per-subject", 10_000, 0, MANY),
                config.integer("taskstream.limit.events-per-second-per-task", 0, 0, MANY),
                config.integer("taskstream.limit.events-per-second-per-producer", 0, 0, MANY));
    }

    private static Optional<Jwt> jwt(SettingReader config, Duration longestLife) {
        Optional<Path> keyFile =
                config.optional("taskstream.access.jwt.key-file").map(Path::of);
        Optional<URI> keysUrl = keysUrl(config);
        Duration keysLife = config.seconds("taskstream.access.jwt.keys-seconds", 300, 10, DAY);
        Duration keysOutage = config.seconds("taskstream.access.jwt.keys-outage-seconds", 3_600, 0, DAY);
        Set<String> algorithms = algorithms(config);
        Duration leeway = config.seconds("taskstream.access.jwt.leeway-seconds", 30, 0, 600);
        Optional<String> issuer = config.optional("taskstream.access.jwt.issuer");
        Optional<String> audience = config.optional("taskstream.access.jwt.audience");
        if (keyFile.isEmpty() && keysUrl.isEmpty()) {
            return Optional.empty();
        }
        if (keyFile.isPresent() && keysUrl.isPresent()) {
            throw new InvalidSettingException(
                    "taskstream.access.jwt.key-file",
                    keyFile.get().toString(),
                    "absent if taskstream.access.jwt.keys-url is there");
        }
        return Optional.of(new Jwt(
                keyFile,
                keysUrl,
                keysLife,
                keysOutage,
                new JwtVerifier.Rules(
                        algorithms,
                        required("taskstream.access.jwt.issuer", issuer),
                        required("taskstream.access.jwt.audience", audience),
                        leeway,
                        longestLife)));
    }

    private static String required(String key, Optional<String> value) {
        return value.orElseThrow(
                () -> new InvalidSettingException(key, "", "there if JSON Web Tokens are to be verified"));
    }

    private static Optional<URI> keysUrl(SettingReader config) {
        String key = "taskstream.access.jwt.keys-url";
        String expected = "an https URL, or an http URL on localhost";
        return config.optional(key).map(url -> {
            URI uri = config.made(key, url, URI::create, expected);
            boolean isLocal = Set.of("localhost", "127.0.0.1").contains(String.valueOf(uri.getHost()));
            if (!"https".equals(uri.getScheme()) && !("http".equals(uri.getScheme()) && isLocal)) {
                throw new InvalidSettingException(key, url, expected);
            }
            return uri;
        });
    }

    private static Set<String> algorithms(SettingReader config) {
        String key = "taskstream.access.jwt.algorithms";
        Set<String> algorithms = new HashSet<>();
        for (String name : config.list(key, "RS256,ES256,EdDSA")) {
            if (!JwtVerifier.ALGORITHMS.contains(name)) {
                throw new InvalidSettingException(key, name, "some of RS256, ES256, EdDSA and HS256");
            }
            algorithms.add(name);
        }
        return algorithms;
    }

    private static Proxies proxies(SettingReader config) {
        String key = "taskstream.access.proxies";
        List<String> networks = config.list(key, "");
        Proxies.Header header = switch (config.oneOf(
                "taskstream.access.proxy-header",
                Proxies.Header.X_FORWARDED_FOR.text(),
                Proxies.Header.X_FORWARDED_FOR.text(),
                Proxies.Header.FORWARDED.text())) {
            case "Forwarded" -> Proxies.Header.FORWARDED;
            default -> Proxies.Header.X_FORWARDED_FOR;
        };
        return config.made(
                key,
                String.join(",", networks),
                text -> Proxies.in(networks, header),
                "addresses and networks, such as 10.0.0.0/8");
    }

    private static Hosts hosts(SettingReader config) {
        String key = "taskstream.hosts";
        List<String> names = config.list(key, "");
        return config.made(
                key,
                String.join(",", names),
                text -> new Hosts(new HashSet<>(names)),
                "names of hosts without a port, such as taskstream.example");
    }

    private static Origins origins(SettingReader config) {
        String key = "taskstream.cors.origins";
        for (String origin : config.list(key, "")) {
            if (!origin.matches("https?://[^/?#,\\s]+")) {
                throw new InvalidSettingException(key, origin, "origins such as https://app.example");
            }
        }
        boolean credentials = config.oneOf("taskstream.cors.credentials", "false", "true", "false")
                .equals("true");
        return new Origins(new HashSet<>(config.list(key, "")), credentials);
    }
}
