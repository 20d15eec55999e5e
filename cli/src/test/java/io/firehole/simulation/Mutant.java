package io.firehole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The pool with something taken out of it: the source of one class is changed and compiled, and the pool loaded anew with that
 * instead of the real one.
 *
 * @param source the file, below the pool's {@code io/firehole/pool}
 * @param changes what stands there, each once, by what stands there instead
 */
record Mutant(String source, Map<String, String> changes) {

    private static final String POOL = "io.firehole.pool.";
    private static final String WORLD = Mutant.class.getPackageName() + ".";

    /** What is wrong with that story behind this pool, in words. */
    interface Stories {
        List<String> faultsOf(long seed);
    }

    /**
     * Makes it.
     *
     * @param classes an empty directory
     * @param stories the method of {@link FaultPerformance} that tells what is wrong with the story of a number
     */
    Stories alive(Path classes, String stories) {
        try {
            compile(classes);
            Class<?> performance = new Changed(classes).loadClass(FaultPerformance.class.getName());
            Method faults = performance.getDeclaredMethod(stories, long.class);
            faults.setAccessible(true);
            return seed -> faultsOf(faults, seed);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static List<String> faultsOf(Method faults, long seed) {
        try {
            return ((List<?>) faults.invoke(null, seed))
                    .stream().map(Object::toString).toList();
        } catch (InvocationTargetException broken) {
            if (broken.getCause() instanceof LinkageError misfit) {
                // What was loaded anew does not fit together: that says nothing of the pool.
                throw misfit;
            }
            // A pool that falls over has been noticed, too.
            return List.of(String.valueOf(broken.getCause()));
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void compile(Path classes) throws IOException {
        Path original =
                Path.of(System.getProperty("firehole.root", ".."), "pool/src/main/java/io/firehole/pool", source);
        String text = Files.readString(original);
        for (Map.Entry<String, String> change : changes.entrySet()) {
            assertThat(text).as(source).containsOnlyOnce(change.getKey());
            text = text.replace(change.getKey(), change.getValue());
        }
        Path changed = Files.createDirectories(classes.resolve("src"))
                .resolve(Objects.requireNonNull(original.getFileName()).toString());
        Files.writeString(changed, text);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            boolean done = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of(
                                    "-proc:none",
                                    "-nowarn",
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(changed))
                    .call();
            assertThat(done).as(said.toString()).isTrue();
        }
    }

    /** The pool and the world around it anew, with what was changed; all else is as it was. */
    private static final class Changed extends ClassLoader {

        private final Path classes;

        Changed(Path classes) {
            super(Mutant.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(POOL) && !name.startsWith(WORLD)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            Path changed = classes.resolve(file);
            try (InputStream in = Files.exists(changed)
                    ? Files.newInputStream(changed)
                    : getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
