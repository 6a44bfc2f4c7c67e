package io.taskstream.http;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Puts the resources at the context root. */
@ApplicationPath("/")
public class TaskstreamApplication extends Application {}
