package io.taskstream.access;

import java.time.Duration;
import java.util.Set;

/**
 * What a JSON Web Token must be like.
 *
 * @param algorithms how it may be signed
 * @param issuer its {@code iss}
 * @param audience must be among its {@code aud}
 * @param leeway how far the issuer's clock may be off
 * @param longestLife how far ahead its {@code exp} may be; so long is remembered that a session was ended
 */
public record JwtRules(
        Set<Algorithm> algorithms, String issuer, String audience, Duration leeway, Duration longestLife) {}
