package io.taskstream.run;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/**
 * The signals that ask a program to end. {@code sun.misc.Signal} is found by reflection: the compiler warns of each use, and
 * not every run time has it.
 */
final class Signals {

    private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

    private Signals() {}

    /**
     * Calls the handler with the name of each signal from now on, instead of ending the program. Signals that the program was
     * started to ignore, as by {@code nohup}, stay ignored.
     */
    static void handle(Consumer<String> handler) {
        for (String name : NAMES) {
            try {
                handle(name, handler);
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
                // Then this signal ends the runner, and the command notices that its output is read no longer.
            }
        }
    }

    private static void handle(String name, Consumer<String> handler) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        var method = signalType.getMethod("handle", signalType, handlerType);
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        Object proxy = Proxy.newProxyInstance(
                Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (self, called, arguments) -> {
                    if (called.getName().equals("handle")) {
                        handler.accept(name);
                    }
                    return null;
                });
        Object ignore = handlerType.getField("SIG_IGN").get(null);
        if (ignore.equals(method.invoke(null, signal, proxy))) {
            method.invoke(null, signal, ignore);
        }
    }
}
