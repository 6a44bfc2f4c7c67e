package io.taskstream.testing;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * A test that makes its input from {@link Choices} and holds for each: it runs {@value #TRIES} times, or as often as
 * {@code -Dproperty.tries=} says, with other inputs in every run. A failure tells how to have its input again.
 */
@Test
@ExtendWith(Property.Tries.class)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Property {

    int TRIES = 1_000;

    /** Another number of tries, for a property that is slow, whatever the system property says. */
    int tries() default 0;

    /** Runs the test again and again. */
    final class Tries implements ParameterResolver, InvocationInterceptor {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
            return parameter.getParameter().getType() == Choices.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
            return Choices.of(new Random());
        }

        @Override
        public void interceptTestMethod(
                Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext test)
                throws Throwable {
            invocation.skip();
            Long again = Long.getLong("property.seed");
            long first = System.nanoTime() & 0xffff_ffffL;
            LongStream seeds =
                    again == null ? LongStream.range(first, first + tries(call.getExecutable())) : LongStream.of(again);
            for (long seed : (Iterable<Long>) seeds::iterator) {
                try {
                    run(call.getExecutable(), call.getTarget().orElseThrow(), Choices.of(new Random(seed)));
                } catch (Throwable failure) {
                    failure.addSuppressed(new AssertionError("For this input again: -Dproperty.seed=" + seed));
                    throw failure;
                }
            }
        }

        /** Holds one of the test's properties against one input of a fuzzer, who chooses which. */
        public static void holdOne(Object test, FuzzedDataProvider data) throws Throwable {
            List<Method> properties = Stream.of(test.getClass().getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(Property.class))
                    .sorted(Comparator.comparing(Method::getName))
                    .toList();
            Choices choices = Choices.of(data);
            run(properties.get(choices.between(0, properties.size() - 1)), test, choices);
        }

        private static int tries(Method property) {
            int own = property.getAnnotation(Property.class).tries();
            return own > 0 ? own : Integer.getInteger("property.tries", TRIES);
        }

        private static void run(Method property, Object test, Choices choices) throws Throwable {
            try {
                property.setAccessible(true);
                property.invoke(test, choices);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
