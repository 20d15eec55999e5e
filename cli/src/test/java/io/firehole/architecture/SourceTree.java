package io.firehole.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The main sources below a directory, and what a compiler does not look at in them. */
record SourceTree(Path root) {

    /** Names that stand where an idea is still without its own. */
    private static final Pattern VAGUE = Pattern.compile(".*(Util|Utils|Manager|Helper|Helpers|Impl|Common|Misc)");

    private static final Pattern NULL_MARKED_PACKAGE =
            Pattern.compile("/\\*\\*.*\\*/\\s*@NullMarked\\s+package .*", Pattern.DOTALL);

    /** Packages without a package-info that tells their story and marks them for the null checker. */
    List<String> packagesWithoutStory() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path folder : javaFiles().map(Path::getParent).distinct().sorted().toList()) {
            Path story = folder.resolve("package-info.java");
            if (!Files.exists(story)) {
                found.add(root.relativize(folder) + " has no package-info.java");
            } else if (!NULL_MARKED_PACKAGE.matcher(Files.readString(story)).find()) {
                found.add(root.relativize(story) + " has no Javadoc, or no @NullMarked");
            }
        }
        return found;
    }

    /** Files whose name says nothing of the field. */
    List<String> vagueNames() throws IOException {
        return javaFiles()
                .filter(file -> VAGUE.matcher(nameOf(file)).matches())
                .map(file -> root.relativize(file) + " is named for no idea of the field")
                .sorted()
                .toList();
    }

    private static String nameOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, name.length() - ".java".length());
    }

    private Stream<Path> javaFiles() throws IOException {
        try (Stream<Path> all = Files.find(
                root,
                Integer.MAX_VALUE,
                (file, attributes) -> attributes.isRegularFile()
                        && file.toString().endsWith(".java")
                        && file.toString().contains("/src/main/java/"))) {
            return all.toList().stream();
        }
    }
}
