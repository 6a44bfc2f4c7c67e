package io.taskstream.http;

import static java.util.Objects.requireNonNull;

import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Refuses what {@link WebsiteCheck} refuses, whatever it is for: also paths that JAX-RS does not serve. */
public class WebsiteFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    /** Asked when the first request comes: the container makes filters before the application has started. */
    @Inject
    private transient @Nullable Provider<WebsiteCheck> provider;

    private transient volatile @Nullable WebsiteCheck check;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Problem refusal = check().refuse(request);
        if (refusal == null) {
            chain.doFilter(request, response);
        } else {
            refusal.send(response);
        }
    }

    private WebsiteCheck check() {
        WebsiteCheck known = check;
        if (known == null) {
            known = requireNonNull(provider, "The container has injected nothing")
                    .get();
            check = known;
        }
        return known;
    }
}
