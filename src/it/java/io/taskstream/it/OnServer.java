package io.taskstream.it;

import io.taskstream.it.server.ServerUnderTest;
import org.junit.jupiter.api.BeforeAll;

/** Tests of the very WAR, deployed to the server that this process tests. */
public abstract class OnServer {

    @BeforeAll
    static void deploy() {
        ServerUnderTest.get();
    }
}
