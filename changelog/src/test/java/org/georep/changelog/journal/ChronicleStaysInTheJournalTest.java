package org.georep.changelog.journal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ChronicleStaysInTheJournalTest {
  @Test
  void onlyTheJournalKnowsChronicle() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.georep.changelog.journal")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("net.openhft..")
        .because("the journal can be replaced; go through JournalWriter and JournalReader")
        .check(new ClassFileImporter().importPackages("org.georep"));
  }
}
