package org.georep;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The arrows between packages, over all modules: who may see whom. A break is mended by moving the
 * class to where it belongs or the call behind an interface, not by a new arrow.
 */
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("/test-classes/"))
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("org.georep");

  /** A group of packages, what of georep's it may see, and what to do otherwise. */
  private record Arrow(String of, List<String> sees, String mend) {
    @Override
    public String toString() {
      return of + " sees only " + sees;
    }
  }

  static Stream<Arrow> arrows() {
    return Stream.of(
        new Arrow(
            "name", List.of(), "names are values: what needs files belongs to posix or above"),
        new Arrow("posix", List.of("name"), "what knows records or messages belongs above posix"),
        new Arrow(
            "changelog",
            List.of("name", "posix"),
            "capture and journal know neither the wire nor sessions: hand in an interface"),
        new Arrow(
            "protocol",
            List.of("name", "posix"),
            "messages are spoken by both ends: keep what only one end knows out of them"),
        new Arrow(
            "connection",
            List.of("name", "posix", "protocol"),
            "a connection carries frames and knows nothing of what they are for"),
        new Arrow(
            "engine",
            List.of("name", "posix", "protocol", "connection"),
            "engines see the primary through ContentSource; implement that in the replicator"),
        new Arrow(
            "secondary",
            List.of("name", "posix", "protocol"),
            "the agent is a small jar of its own, without journal, engines and sessions: what both"
                + " ends need belongs to protocol"),
        new Arrow(
            "status", List.of("name"), "status is plain records: fill them in the replicator"),
        new Arrow(
            "replicator",
            List.of("name", "posix", "changelog", "protocol", "connection", "engine", "status"),
            "the replicator knows the agent by its messages only, and nothing of the command line"));
  }

  private static String[] packages(Arrow arrow) {
    return Stream.concat(Stream.of(arrow.of()), arrow.sees().stream())
        .map(name -> "org.georep." + name + "..")
        .toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("arrows")
  void seesOnly(Arrow arrow) {
    noClasses()
        .that()
        .resideInAPackage("org.georep." + arrow.of() + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.georep..").and(not(resideInAnyPackage(packages(arrow)))))
        .because(arrow.mend())
        .check(ALL);
  }

  @Test
  void allPackagesHaveAPlace() {
    assertThat(ALL)
        .as("classes found: if this fails the other rules check nothing")
        .hasSizeGreaterThan(300);
    String[] known =
        Stream.concat(arrows().map(Arrow::of), Stream.of("cli"))
            .map(name -> "org.georep." + name + "..")
            .toArray(String[]::new);
    classes()
        .should()
        .resideInAnyPackage(known)
        .because("a new group of packages needs its arrow in this test")
        .check(ALL);
  }

  private static void only(String owner, String why, String... library) {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.georep." + owner)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .because(why)
        .check(ALL);
  }

  @Test
  void librariesStayInTheirPackage() {
    only(
        "changelog.journal..",
        "the journal's format is an inner matter: ask it by JournalReader and JournalWriter",
        "net.openhft..");
    only(
        "posix..",
        "native calls go through Libc, where faults can be injected",
        "jnr..",
        "com.kenai..");
    only(
        "protocol..",
        "how contents are packed is both ends' matter: Packing",
        "com.github.luben..");
    only("cli..", "options are parsed in cli and handed on as values", "picocli..");
    only(
        "secondary.identity..", "the inventory's store is an inner matter of identity", "org.h2..");
    only("cli..", "what is logged, and where to, is decided in cli", "ch.qos.logback..");
  }

  @Test
  void theAgentIsSmall() {
    noClasses()
        .that()
        .resideInAnyPackage("org.georep.secondary..", "org.georep.protocol..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.fasterxml..", "net.openhft..", "picocli..", "ch.qos.logback..")
        .because("none of these is in the agent's jar")
        .check(ALL);
  }

  @Test
  void nothingIsSerialized() {
    assertThat(
            ALL.stream()
                .filter(
                    c ->
                        c.getRawInterfaces().stream()
                            .anyMatch(i -> i.isEquivalentTo(Serializable.class)))
                .map(JavaClass::getName))
        .as("Java's serialization runs what it reads: write a codec")
        .isEmpty();
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\.Object(In|Out)putStream")
        .because("Java's serialization runs what it reads; write a codec")
        .check(ALL);
  }

  @Test
  void onlyMainsEndTheProcess() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("org.georep.cli.Ending")
        .and()
        .doNotHaveFullyQualifiedName("org.georep.secondary.AgentMain")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .because("an exception says why, and Georep maps it to the exit code")
        .check(ALL);
  }

  @Test
  void failpointsAreSwitchedOnByTestsOnly() throws java.io.IOException {
    noClasses()
        .should()
        .implement(org.georep.posix.Failpoint.Handler.class)
        .because("what happens at failpoints is the test kit's affair")
        .check(ALL);
    String service = "META-INF/services/" + org.georep.posix.Failpoint.Handler.class.getName();
    assertThat(getClass().getClassLoader().resources(service).map(java.net.URL::toString).toList())
        .as("handlers on the class path")
        .allMatch(it -> it.contains("/test-classes/") || it.contains("-tests.jar"));
  }

  @Test
  void nothingDependsOnTheLocalesCharset() {
    noClasses()
        .should()
        .callConstructor(String.class, byte[].class)
        .orShould()
        .callMethod(String.class, "getBytes")
        .because("under LC_ALL=C it loses bytes: say which charset; names are FileName")
        .check(ALL);
  }

  @Test
  void nobodySleeps() {
    noClasses()
        .should()
        .callMethodWhere(
            target(com.tngtech.archunit.core.domain.properties.HasName.Predicates.name("sleep"))
                .and(
                    target(
                        com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner(
                            assignableTo(Thread.class)))))
        .because("whoever sleeps cannot be woken: wait on a condition with a limit")
        .check(ALL);
  }

  @Test
  void noStaticStateChanges() {
    fields()
        .that()
        .areStatic()
        .and()
        .doNotHaveName("$VALUES")
        .and()
        // Bound once, and tried again should that have failed.
        .areNotDeclaredIn("org.georep.posix.NativeLibc$Holder")
        .should()
        .beFinal()
        .because("what changes belongs to an object that someone owns")
        .check(ALL);
  }

  @Test
  void programsAreStartedInFewPlaces() {
    noClasses()
        .that(
            resideOutsideOfPackages(
                "org.georep.connection..",
                "org.georep.secondary",
                "org.georep.secondary.job..",
                "org.georep.engine..",
                "org.georep.replicator.hook..",
                "org.georep.replicator.inspect..",
                "org.georep.replicator.monitor.."))
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProcessBuilder.class)
        .because("what a program is given must not come from a tree: use a runner that is there")
        .check(ALL);
  }

  @Test
  void everyPackageSaysWhatItIsAndIsNullMarked() {
    List<String> without =
        ALL.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(p -> !isMarked(p))
            .map(JavaPackage::getName)
            .toList();
    assertThat(without).as("give these a package-info.java with @NullMarked").isEmpty();
  }

  private static boolean isMarked(JavaPackage candidate) {
    return candidate.tryGetAnnotationOfType(NullMarked.class).isPresent();
  }
}
