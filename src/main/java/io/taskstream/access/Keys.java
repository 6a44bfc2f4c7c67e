package io.taskstream.access;

import com.nimbusds.jose.jwk.JWK;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the keys are that tokens are verified with. Thread-safe. */
@FunctionalInterface
public interface Keys {

    /**
     * The keys of that id; all keys if the token names none.
     *
     * @param id {@code kid} of a token, not to be trusted
     */
    List<JWK> find(@Nullable String id);

    /** Those of the keys that have the id, and those that have none, which may be meant. */
    static List<JWK> withId(List<JWK> keys, @Nullable String id) {
        return id == null
                ? keys
                : keys.stream()
                        .filter(key -> key.getKeyID() == null || key.getKeyID().equals(id))
                        .toList();
    }
}
