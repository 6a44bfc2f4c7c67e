package io.taskstream.app;

/** Where a server keeps what must outlive it. */
final class DataDirectory {

    private static final String OURS = "/taskstream";

    private DataDirectory() {}

    /** A directory of ours in the server's own for data; on an unknown server, in that which it was started in. */
    static String usual() {
        String wildfly = System.getProperty("jboss.server.data.dir");
        if (wildfly != null) {
            return wildfly + OURS;
        }
        String payara = System.getProperty("com.sun.aas.instanceRoot");
        return payara != null ? payara + "/data" + OURS : System.getProperty("user.dir") + OURS;
    }
}
