package io.taskstream.app;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audit;
import io.taskstream.access.Origins;
import io.taskstream.access.RefusedException;
import io.taskstream.access.Sessions;
import io.taskstream.access.StreamPasses;
import io.taskstream.access.Tickets;
import io.taskstream.access.TokenVerifier;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.OpenTasks;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.access.token.HttpKeySource;
import io.taskstream.access.token.JwtVerifier;
import io.taskstream.access.token.Keys;
import io.taskstream.access.token.RemoteKeys;
import io.taskstream.access.token.StaticTokens;
import io.taskstream.access.token.WatchedFile;
import io.taskstream.stream.Ticker;
import io.taskstream.task.TaskId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The objects that decide what a caller may do, and how much of it. Built once, by {@link ApplicationGraph}. */
record AccessGraph(
        AccessControl control,
        Tickets tickets,
        StreamPasses passes,
        Sessions sessions,
        Origins origins,
        ViewerQuotas viewers,
        EventRates rates,
        OpenTasks openTasks,
        Audit audit) {

    /**
     * Builds them.
     *
     * @param isOpen tells whether a task exists and has not finished
     */
    static AccessGraph build(AccessSettings settings, InstantSource time, Ticker ticker, Predicate<TaskId> isOpen) {
        return new Builder(settings, time).build(ticker, isOpen);
    }

    /** Reads the files that the settings name. */
    private record Builder(AccessSettings settings, InstantSource time) {

        private static final int SECRET_BYTES = 32;

        AccessGraph build(Ticker ticker, Predicate<TaskId> isOpen) {
            var random = new SecureRandom();
            // A revocation must outlast every token of its session, even if the clocks differ.
            Optional<StaticTokens> inFile = staticTokens();
            var tickets = new Tickets(settings.ticketLife(), time, random);
            var passes = new StreamPasses(secret(random), settings.longestLife(), time);
            var sessions = new Sessions(
                    settings.longestLife().plus(Duration.ofHours(1)),
                    time,
                    inFile.<Sessions.TokenFile>map(tokens -> tokens).orElse(entry -> false));
            return new AccessGraph(
                    new AccessControl(settings.mode(), tokens(inFile), tickets, passes, sessions),
                    tickets,
                    passes,
                    sessions,
                    // Preflight requests are answered before authentication, so a closed server allows no origin.
                    settings.mode() == AccessControl.Mode.CLOSED ? Origins.NONE : settings.origins(),
                    new ViewerQuotas(settings.viewerLimits()),
                    new EventRates(settings.eventsPerTask(), settings.eventsPerProducer(), ticker::nanos),
                    new OpenTasks(settings.openTasks(), isOpen, ticker::nanos),
                    Audit.toServerLog(ticker::nanos));
        }

        /** A JSON Web Token has two dots; a static token may have as many, so both are tried where both are in use. */
        private TokenVerifier tokens(Optional<StaticTokens> inFile) {
            List<TokenVerifier> verifiers =
                    Stream.concat(inFile.stream(), jwt().stream()).toList();
            return token -> {
                RefusedException refused = new RefusedException("There are no tokens");
                for (TokenVerifier verifier : verifiers) {
                    try {
                        return verifier.verify(token);
                    } catch (RefusedException e) {
                        refused = e;
                    }
                }
                throw refused;
            };
        }

        private Optional<StaticTokens> staticTokens() {
            return settings.tokensFile().map(file -> {
                var watched = new WatchedFile<>(file, StaticTokens::parse, time);
                return new StaticTokens(watched::get, time);
            });
        }

        private Optional<TokenVerifier> jwt() {
            return settings.jwt().map(jwt -> new JwtVerifier(keys(jwt), jwt.rules(), time));
        }

        private Keys keys(AccessSettings.Jwt jwt) {
            if (jwt.keysUrl().isPresent()) {
                return new RemoteKeys(new HttpKeySource(jwt.keysUrl().get()), jwt.keysLife(), jwt.keysOutage(), time);
            }
            var watched = new WatchedFile<>(jwt.keyFile().orElseThrow(), Keys::parse, time);
            return id -> Keys.withId(watched.get(), id);
        }

        private byte[] secret(SecureRandom random) {
            byte[] secret = settings.secretFile().map(Builder::read).orElseGet(() -> {
                byte[] own = new byte[SECRET_BYTES];
                random.nextBytes(own);
                return own;
            });
            if (secret.length < SECRET_BYTES) {
                throw new InvalidSettingException(
                        "taskstream.access.secret-file",
                        String.valueOf(settings.secretFile().orElse(null)),
                        "a file of at least " + SECRET_BYTES + " bytes");
            }
            return secret;
        }

        private static byte[] read(Path file) {
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
