/** Fakes that do what they are told, when they are told. */
package io.taskstream.testing;
