package io.firehole.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the house to its plan: which room leads to which, and how each is labelled. */
class ArchitectureTest {

    private static final Path ROOT = Path.of(System.getProperty("firehole.root"));
    private static final JavaClasses FIREHOLE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.firehole");

    @Test
    void modulesSeeOnlyWhatTheirArrowsAllow() {
        assertThat(ModuleArrows.OF_FIREHOLE.maySee().keySet())
                .allSatisfy(module -> assertThat(FIREHOLE.containPackage("io.firehole." + module))
                        .as("classes of module %s are on the class path", module)
                        .isTrue());
        assertThat(ModuleArrows.OF_FIREHOLE.violations(FIREHOLE)).isEmpty();
    }

    @Test
    void pomsDrawNoOtherArrows() throws IOException {
        List<String> violations = new ArrayList<>();
        for (Path pom : poms()) {
            violations.addAll(ModuleArrows.OF_FIREHOLE.violations(
                    String.valueOf(pom.getParent().getFileName()), pom));
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void packagesPointOneWay() {
        slices().matching("io.firehole.(**)").should().beFreeOfCycles().check(FIREHOLE);
    }

    @Test
    void everyPackageTellsItsStory() throws IOException {
        assertThat(new SourceTree(ROOT).packagesWithoutStory()).isEmpty();
    }

    @Test
    void everyClassIsNamedForAnIdea() throws IOException {
        assertThat(new SourceTree(ROOT).vagueNames()).isEmpty();
    }

    @Test
    void onlyProgramsWriteToStandardOutput() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.firehole.cli..", "io.firehole.examples..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(FIREHOLE);
    }

    private static List<Path> poms() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            List<Path> poms = folders.map(folder -> folder.resolve("pom.xml"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
            assertThat(poms)
                    .hasSizeGreaterThanOrEqualTo(
                            ModuleArrows.OF_FIREHOLE.maySee().size());
            return poms;
        }
    }

    /** The checks themselves, shown to fail: {@code seeded} holds a house with every fault they look for. */
    @Nested
    class OnAHouseWithFaults {

        private static final String SEEDED = "io.firehole.architecture.seeded";
        private static final JavaClasses CLASSES = new ClassFileImporter().importPackages(SEEDED);

        @Test
        void aUseAgainstTheArrowsIsFound() {
            ModuleArrows arrows = new ModuleArrows(
                    SEEDED,
                    Map.of(
                            "low", Set.of(),
                            "high", Set.of("low"),
                            "ring", Set.of()));
            assertThat(arrows.violations(CLASSES))
                    .singleElement()
                    .asString()
                    .startsWith("low must not see high: " + SEEDED + ".low.Cellar uses " + SEEDED + ".high.Attic");
        }

        @Test
        void aModuleWithoutArrowsIsFound() {
            ModuleArrows arrows = new ModuleArrows(SEEDED, Map.of("low", Set.of("high"), "high", Set.of("low")));
            assertThat(arrows.violations(CLASSES))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).startsWith("module ring has no"));
        }

        @Test
        void aCycleOfPackagesIsFound() {
            assertThat(slices().matching(SEEDED + ".ring.(**)")
                            .should()
                            .beFreeOfCycles()
                            .evaluate(CLASSES)
                            .hasViolation())
                    .isTrue();
        }

        @Test
        void aPomThatDependsAgainstTheArrowsIsFound(@TempDir Path folder) throws IOException {
            Path pom = Files.writeString(folder.resolve("pom.xml"), """
                    <project><dependencies>
                      <dependency><groupId>io.firehole</groupId><artifactId>wire</artifactId></dependency>
                      <dependency><groupId>io.firehole</groupId><artifactId>pool</artifactId></dependency>
                      <dependency>
                        <groupId>io.firehole</groupId><artifactId>gateway</artifactId><scope>test</scope>
                      </dependency>
                    </dependencies></project>
                    """);
            assertThat(ModuleArrows.OF_FIREHOLE.violations("simulator", pom))
                    .containsExactly("the pom of simulator must not depend on pool");
        }

        @Test
        void aPackageWithoutStoryAndAVagueNameAreFound(@TempDir Path folder) throws IOException {
            Path sources = Files.createDirectories(folder.resolve("pool/src/main/java/pool"));
            Files.writeString(sources.resolve("StreamManager.java"), "package pool;");
            Path half = Files.createDirectories(sources.resolve("half"));
            Files.writeString(half.resolve("package-info.java"), "/** A story. */ package pool.half;");

            assertThat(new SourceTree(folder).packagesWithoutStory())
                    .containsExactly(
                            "pool/src/main/java/pool has no package-info.java",
                            "pool/src/main/java/pool/half/package-info.java has no Javadoc, or no @NullMarked");
            assertThat(new SourceTree(folder).vagueNames())
                    .containsExactly("pool/src/main/java/pool/StreamManager.java is named for no idea of the field");
        }
    }
}
