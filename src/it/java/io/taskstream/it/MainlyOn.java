package io.taskstream.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The test hardly depends on the server, so it usually runs on that one only; with {@code
 * -Dit.everywhere=true} it runs on each.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(MainlyOn.Condition.class)
public @interface MainlyOn {

    /** {@code wildfly} or {@code payara}. */
    String value();

    /** Evaluates it. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<MainlyOn> mainly = AnnotationSupport.findAnnotation(context.getElement(), MainlyOn.class);
            boolean runs = Boolean.getBoolean("it.everywhere")
                    || mainly.map(MainlyOn::value)
                            .filter(server -> !server.equals(System.getProperty("it.server")))
                            .isEmpty();
            return runs
                    ? ConditionEvaluationResult.enabled("It runs on this server")
                    : ConditionEvaluationResult.disabled(
                            "It runs on " + mainly.orElseThrow().value());
        }
    }
}
