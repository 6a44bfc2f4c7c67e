/** The resources, and what they read from requests and say in answers. */
@NullMarked
package io.taskstream.http;

import org.jspecify.annotations.NullMarked;
