/**
 * The filters of requests. The servlet filters are declared in {@code web.xml}, in this order: {@code
 * body.UnreadBodyFilter}, {@link io.taskstream.http.filter.ErrorFilter} for errors only, {@link
 * io.taskstream.http.filter.WebsiteFilter}, {@link io.taskstream.http.filter.NegotiationFilter}.
 * Those of JAX-RS follow: {@link io.taskstream.http.filter.CrossOriginFilter}, {@link
 * io.taskstream.http.filter.AuthenticationFilter}, {@link io.taskstream.http.filter.RequestCheck}, {@link
 * io.taskstream.http.filter.AuthorizationFilter}; and {@link io.taskstream.http.filter.AuditFilter} for the answer.
 *
 * <p>Runs on the threads of requests. May import {@code http}, {@code access} and {@code task}. A filter of JAX-RS with a field
 * that JAX-RS injects and no constructor must be {@code @Vetoed}, see {@link io.taskstream.http.filter.AuthorizationFilter}.
 */
@NullMarked
package io.taskstream.http.filter;

import org.jspecify.annotations.NullMarked;
