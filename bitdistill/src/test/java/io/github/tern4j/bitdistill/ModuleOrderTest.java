package io.github.tern4j.bitdistill;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/**
 * tensor, autograd, nn, bitdistill: each may use those before it. Maven holds that order between modules already; the same rules
 * here say it in one place, and hold the order inside them.
 */
@AnalyzeClasses(
    packages = "io.github.tern4j",
    importOptions = {ImportOption.DoNotIncludeTests.class, ModuleOrderTest.WithoutTestJars.class})
class ModuleOrderTest {

  private static final String TENSOR = "io.github.tern4j.tensor..";
  private static final String AUTOGRAD = "io.github.tern4j.autograd..";
  private static final String NN = "io.github.tern4j.nn..";
  private static final String BITDISTILL = "io.github.tern4j.bitdistill..";
  private static final String OPENCL = "io.github.tern4j.opencl..";

  /** The contract suites of tensor come as a jar of tests. */
  static final class WithoutTestJars implements ImportOption {
    @Override
    public boolean includes(com.tngtech.archunit.core.importer.Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule tensorUsesNoOtherModule =
      noClasses().that().resideInAPackage(TENSOR)
          .should().dependOnClassesThat().resideInAnyPackage(AUTOGRAD, NN, BITDISTILL, OPENCL);

  @ArchTest
  static final ArchRule autogradUsesTensorAlone =
      noClasses().that().resideInAPackage(AUTOGRAD).should().dependOnClassesThat().resideInAnyPackage(NN, BITDISTILL, OPENCL);

  @ArchTest
  static final ArchRule nnUsesAutogradAndTensor =
      noClasses().that().resideInAPackage(NN).should().dependOnClassesThat().resideInAnyPackage(BITDISTILL, OPENCL);

  @ArchTest
  static final ArchRule bitdistillFindsOpenClAtRunTimeOnly =
      noClasses().that().resideInAPackage(BITDISTILL).should().dependOnClassesThat().resideInAPackage(OPENCL);

  @ArchTest
  static final ArchRule openClUsesTensorAlone =
      noClasses().that().resideInAPackage(OPENCL).should().dependOnClassesThat().resideInAnyPackage(AUTOGRAD, NN, BITDISTILL)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.github.tern4j.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothingUsesTheCommandLine =
      noClasses().that().resideOutsideOfPackage("io.github.tern4j.bitdistill.cli..")
          .should().dependOnClassesThat().resideInAPackage("io.github.tern4j.bitdistill.cli..");

  @ArchTest
  static final ArchRule productionUsesNoTestLibrary =
      noClasses().should().dependOnClassesThat()
          .resideInAnyPackage("org.junit..", "net.jqwik..", "org.assertj..", "com.tngtech.archunit..", "org.opentest4j..");

  @ArchTest
  static final ArchRule internalPackagesBelongToTheirParent =
      classes().that(alwaysTrue()).should(new ArchCondition<>("use internal packages of their own parent package only") {
        @Override
        public void check(JavaClass user, ConditionEvents events) {
          for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
            String used = dependency.getTargetClass().getPackageName();
            int internal = (used + ".").indexOf(".internal.");
            if (internal > 0 && used.startsWith("io.github.tern4j")
                && !isAtOrBelow(user.getPackageName(), used.substring(0, internal))) {
              events.add(SimpleConditionEvent.violated(user, dependency.getDescription()));
            }
          }
        }
      });

  private static boolean isAtOrBelow(String packageName, String parent) {
    return packageName.equals(parent) || packageName.startsWith(parent + ".");
  }
}
