package io.taskstream.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;

/** An exception that makes a problem the answer. */
public final class ProblemException extends WebApplicationException {

    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    ProblemException(Problem problem, Response response) {
        super(problem.detail(), response);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
