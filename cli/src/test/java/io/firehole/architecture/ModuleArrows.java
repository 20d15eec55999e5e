package io.firehole.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Which module may see which. A module is the package of its name below {@code root}; what it may see, its own arrows may
 * see as well.
 */
record ModuleArrows(String root, Map<String, Set<String>> maySee) {

    /** The arrows of docs/architecture.md. */
    static final ModuleArrows OF_FIREHOLE = new ModuleArrows(
            "io.firehole",
            Map.of(
                    "wire", Set.of(),
                    "filters", Set.of("wire"),
                    "pool", Set.of("filters", "wire"),
                    "sharing", Set.of("pool"),
                    "gateway", Set.of("pool"),
                    "history", Set.of("pool"),
                    "console", Set.of("pool", "history"),
                    "simulator", Set.of("filters", "wire"),
                    "examples", Set.of("wire", "pool"),
                    "cli",
                            Set.of(
                                    "wire",
                                    "filters",
                                    "pool",
                                    "sharing",
                                    "gateway",
                                    "history",
                                    "console",
                                    "simulator",
                                    "examples")));

    /** Every use of a class that no arrow allows, and every class of a module without arrows, as one line each. */
    List<String> violations(JavaClasses classes) {
        Set<String> found = new TreeSet<>();
        for (JavaClass from : classes) {
            String module = moduleOf(from);
            if (!maySee.containsKey(module)) {
                found.add("module " + module + " has no arrows, yet holds " + from.getName());
                continue;
            }
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (to.getPackageName().startsWith(root + ".")
                        && !moduleOf(to).equals(module)
                        && !reachable(module).contains(moduleOf(to))) {
                    found.add(
                            module + " must not see " + moduleOf(to) + ": " + from.getName() + " uses " + to.getName());
                }
            }
        }
        return List.copyOf(found);
    }

    /** Every dependency of a module's pom, outside its tests, that no arrow allows. */
    List<String> violations(String module, Path pom) throws IOException {
        List<String> found = new ArrayList<>();
        if (!maySee.containsKey(module)) {
            return List.of("module " + module + " has no arrows");
        }
        for (String seen : siblings(pom)) {
            if (!maySee.getOrDefault(module, Set.of()).contains(seen)) {
                found.add("the pom of " + module + " must not depend on " + seen);
            }
        }
        return found;
    }

    private Set<String> reachable(String module) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> next = new ArrayDeque<>(Set.of(module));
        while (!next.isEmpty()) {
            for (String seen : maySee.getOrDefault(next.remove(), Set.of())) {
                if (reached.add(seen)) {
                    next.add(seen);
                }
            }
        }
        return reached;
    }

    private String moduleOf(JavaClass type) {
        String below = type.getPackageName().substring(root.length() + 1);
        int end = below.indexOf('.');
        return end < 0 ? below : below.substring(0, end);
    }

    /** The modules of this project that a pom depends on in its main code. */
    private static Set<String> siblings(Path pom) throws IOException {
        Set<String> found = new TreeSet<>();
        NodeList dependencies = read(pom).getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (text(dependency, "groupId").equals("io.firehole")
                    && !text(dependency, "scope").equals("test")) {
                found.add(text(dependency, "artifactId"));
            }
        }
        return found;
    }

    private static String text(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        Node first = found.item(0);
        return first == null ? "" : first.getTextContent().strip();
    }

    private static Element read(Path pom) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newDocumentBuilder().parse(pom.toFile()).getDocumentElement();
        } catch (ParserConfigurationException | SAXException unreadable) {
            throw new IOException(pom + " cannot be read as XML", unreadable);
        }
    }
}
