package io.taskstream.bench.textbook;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** The textbook's application. */
@ApplicationPath("/")
public class TextbookApplication extends Application {}
