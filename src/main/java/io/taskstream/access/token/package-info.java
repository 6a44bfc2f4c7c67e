/**
 * Verification of tokens: JSON Web Tokens, and static tokens from a file.
 *
 * <p>Called on the threads of requests, which may block while keys are fetched or a file is read. The only package that
 * uses Nimbus JOSE + JWT. Imports {@code access} and {@code task}.
 */
@NullMarked
package io.taskstream.access.token;

import org.jspecify.annotations.NullMarked;
