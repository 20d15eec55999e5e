package io.firehole.cli;

import java.lang.reflect.Proxy;

/**
 * Signals of the operating system as something that can come more than once. A shutdown hook hears only of the first.
 *
 * <p>{@code sun.misc.Signal} is the only way that Java has for it, and javac refuses to be silent about its name: so it is called by
 * reflection. Where it is not there, the shutdown hook is what remains.
 */
final class Signals {

    private Signals() {}

    /**
     * Calls that for each of these signals, each time, on a thread of its own; the process no longer ends by them.
     *
     * @param names as in {@code TERM}
     */
    @SuppressWarnings("ReferenceEquality") // a proxy that asked itself by equals would come back here
    static void onEach(Runnable heard, String... names) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, given) -> switch (method.getName()) {
                        case "handle" -> {
                            heard.run();
                            yield null;
                        }
                        case "equals" -> given != null && self == given[0];
                        case "hashCode" -> System.identityHashCode(self);
                        default -> "what firehole does on a signal";
                    });
            for (String name : names) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException notHere) {
            // No such class, or a JVM started with -Xrs: the first signal still ends the process in good order.
        }
    }
}
