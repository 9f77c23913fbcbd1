package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every kernel contract has a scalar reference and a suite that backends run. */
class KernelCompletenessTest {

  @Test
  void everyContractHasAReference() throws Exception {
    assertThat(ReferenceKernels.table().contracts()).containsExactlyInAnyOrderElementsOf(contracts());
  }

  @Test
  void everyContractHasASuiteAmongThoseOfABackend() throws Exception {
    List<String> suites = Arrays.stream(BackendContract.class.getDeclaredClasses())
        .map(nested -> nested.getSuperclass().getSimpleName()).filter(name -> !name.equals("MemoryContract")).toList();
    assertThat(suites).containsExactlyInAnyOrderElementsOf(
        contracts().stream().map(contract -> contract.getSimpleName().replaceAll("Kernel$", "Contract")).toList());
  }

  private static List<Class<? extends Kernel>> contracts() throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes = Path.of(MatmulKernel.class.getResource("MatmulKernel.class").toURI()).getParent();
    List<Class<? extends Kernel>> contracts = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".class")) {
          Class<?> type = Class.forName(MatmulKernel.class.getPackageName() + "." + name.substring(0, name.length() - 6));
          if (type.isInterface() && Kernel.class.isAssignableFrom(type)) {
            contracts.add(type.asSubclass(Kernel.class));
          }
        }
      }
    }
    assertThat(contracts).isNotEmpty();
    return contracts;
  }
}
