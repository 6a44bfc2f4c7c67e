package io.taskstream.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The ways a token may be signed (RFC 7518, RFC 8037). Each takes keys of its own kind only, so that a public key can
 * never be taken for a shared secret. There is no {@code none}.
 */
public enum Algorithm {
    RS256("RS256") {
        @Override
        @Nullable
        JWSVerifier verifier(JWK key) throws JOSEException {
            return key instanceof RSAKey rsa && rsa.size() >= 2048 ? new RSASSAVerifier(rsa.toPublicJWK()) : null;
        }
    },
    ES256("ES256") {
        @Override
        @Nullable
        JWSVerifier verifier(JWK key) throws JOSEException {
            return key instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())
                    ? new ECDSAVerifier(ec.toPublicJWK())
                    : null;
        }
    },
    EDDSA("EdDSA") {
        @Override
        @Nullable
        JWSVerifier verifier(JWK key) throws JOSEException {
            return key instanceof OctetKeyPair pair && Curve.Ed25519.equals(pair.getCurve())
                    ? new Ed25519Verifier(pair.getDecodedX())
                    : null;
        }
    },
    HS256("HS256") {
        @Override
        @Nullable
        JWSVerifier verifier(JWK key) throws JOSEException {
            return key instanceof OctetSequenceKey secret && secret.size() >= 256 ? new MACVerifier(secret) : null;
        }
    };

    private final String standardName;

    Algorithm(String standardName) {
        this.standardName = standardName;
    }

    /** The algorithm of that name as it stands in a token, if it is one of these. */
    public static Optional<Algorithm> named(String name) {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.standardName.equals(name))
                .findFirst();
    }

    /** What verifies with that key; {@code null} if the key is not of this algorithm's kind, or too weak. */
    abstract @Nullable JWSVerifier verifier(JWK key) throws JOSEException;

    /** Whether the key is made for this: neither for another algorithm nor for encryption. */
    boolean fits(JWK key) {
        return (key.getAlgorithm() == null || key.getAlgorithm().getName().equals(standardName))
                && (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE));
    }
}
