package io.taskstream.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.taskstream.testing.SettableTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

    private static final Duration OUTAGE = Duration.ofHours(1);

    private final SettableTime time = new SettableTime();
    private String published = set("one");
    private int fetches;
    private boolean isDown;
    private final RemoteKeys remote = new RemoteKeys(this::fetch, Duration.ofMinutes(5), OUTAGE, time);

    private String fetch() throws IOException {
        fetches++;
        if (isDown) {
            throw new IOException("down");
        }
        return published;
    }

    @Test
    void keysAreFetchedOnceAndKept() {
        assertThat(remote.find("one")).hasSize(1);
        time.advance(Duration.ofMinutes(4));
        assertThat(remote.find("one")).hasSize(1);
        assertThat(fetches).isEqualTo(1);
        time.advance(Duration.ofMinutes(2));
        assertThat(remote.find("one")).hasSize(1);
        assertThat(fetches).isEqualTo(2);
    }

    @Test
    void aNewKeyIsFetchedWhenATokenNamesIt() {
        assertThat(remote.find("one")).hasSize(1);
        published = set("two");
        time.advance(Duration.ofSeconds(11));
        assertThat(remote.find("two")).hasSize(1);
        assertThat(remote.find("one")).as("withdrawn").isEmpty();
    }

    @Test
    void madeUpKeyIdsDoNotMakeUsFetchAllTheTime() {
        remote.find("one");
        for (int i = 0; i < 1_000; i++) {
            time.advance(Duration.ofMillis(20));
            assertThat(remote.find("made-up-" + i)).isEmpty();
        }
        assertThat(fetches).isBetween(2, 3);
    }

    @Test
    void theKeysOfBeforeHoldWhileTheirServerIsDown() {
        remote.find("one");
        isDown = true;
        time.advance(OUTAGE);
        assertThat(remote.find("one")).hasSize(1);
    }

    @Test
    void keysThatCannotBeFetchedForLongHoldNoMore() {
        remote.find("one");
        isDown = true;
        time.advance(OUTAGE.plus(Duration.ofMinutes(6)));
        assertThat(remote.find("one")).isEmpty();
        isDown = false;
        time.advance(Duration.ofSeconds(11));
        assertThat(remote.find("one")).hasSize(1);
    }

    @Test
    void aServerThatWasDownIsAskedAgainSoonThoughTheKeysOfBeforeHold() {
        remote.find("one");
        isDown = true;
        time.advance(Duration.ofHours(1));
        remote.find("one");
        isDown = false;
        published = set("two");
        time.advance(Duration.ofSeconds(11));
        assertThat(remote.find("one")).as("withdrawn").isEmpty();
        assertThat(fetches).isEqualTo(3);
    }

    @Test
    void aServerThatWasDownAtFirstIsAskedAgain() {
        isDown = true;
        assertThat(remote.find("one")).isEmpty();
        isDown = false;
        time.advance(Duration.ofSeconds(11));
        assertThat(remote.find("one")).hasSize(1);
    }

    @Test
    void nonsenseFromTheServerChangesNothing() {
        remote.find("one");
        published = "<html>";
        time.advance(Duration.ofHours(1));
        assertThat(remote.find("one")).hasSize(1);
    }

    @Test
    void aKeyInPemIsRead() throws JOSEException {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        ECKey ec = new ECKeyGenerator(Curve.P_256).generate();

        assertThat(Keys.parse(pem(rsa.toPublicKey().getEncoded())))
                .containsExactly(new RSAKey.Builder(rsa.toRSAPublicKey()).build());
        assertThat(Keys.parse(pem(ec.toPublicKey().getEncoded()))).hasSize(1);
    }

    private static String pem(byte[] key) {
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PUBLIC KEY-----\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"keys\":[]}",
                "nonsense",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
            })
    void whatIsNoKeyIsRefused(String text) {
        assertThatThrownBy(() -> Keys.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFileIsReadAgainWhenItHasChanged(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "first");
        var watched = new WatchedFile<>(file, text -> text, time);
        assertThat(watched.get()).isEqualTo("first");

        Files.writeString(file, "second");
        Files.setLastModifiedTime(file, FileTime.from(time.instant()));
        assertThat(watched.get()).as("not looked at yet").isEqualTo("first");
        time.advance(Duration.ofSeconds(2));
        assertThat(watched.get()).isEqualTo("second");

        Files.delete(file);
        time.advance(Duration.ofSeconds(2));
        assertThat(watched.get()).as("gone").isEqualTo("second");
    }

    @Test
    void aFileThatCouldNotBeReadIsReadAsSoonAsItCan(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "first");
        List<String> complaints = new ArrayList<>();
        var readable = new AtomicBoolean(true);
        var watched = new WatchedFile<>(
                file,
                text -> {
                    if (!readable.get()) {
                        throw new IllegalArgumentException("can't be read");
                    }
                    return text;
                },
                time,
                complaints::add);
        Files.writeString(file, "second");
        readable.set(false);
        for (int i = 0; i < 59; i++) {
            time.advance(Duration.ofMillis(1_100));
            assertThat(watched.get()).isEqualTo("first");
        }
        assertThat(complaints).as("in 65 seconds").hasSize(2).first().asString().contains("can't be read");

        // Neither its time nor its length has changed.
        readable.set(true);
        time.advance(Duration.ofSeconds(2));
        assertThat(watched.get()).isEqualTo("second");

        Files.delete(file);
        time.advance(Duration.ofSeconds(2));
        assertThat(watched.get()).isEqualTo("second");
        assertThat(complaints).as("of something new, at once").hasSize(3);
    }

    private static String set(String id) {
        try {
            return new JWKSet(
                            new ECKeyGenerator(Curve.P_256).keyID(id).generate().toPublicJWK())
                    .toString();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
