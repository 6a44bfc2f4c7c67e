/**
 * Authentication and authorization: who may publish and watch, until when, and the audit log of refusals.
 *
 * <p>All types are called on the threads of requests; they block only while {@code access.token} fetches keys or reads a
 * file. Imports {@code task} only. The sub-packages {@code token} (verification of tokens) and {@code limit} (quotas and
 * rate limits) import this package, never the other way round.
 */
@NullMarked
package io.taskstream.access;

import org.jspecify.annotations.NullMarked;
