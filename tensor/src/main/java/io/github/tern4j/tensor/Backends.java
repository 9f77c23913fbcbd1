package io.github.tern4j.tensor;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds backends by name among the services on the class path. */
public final class Backends {

  private Backends() {}

  /** All providers on the class path, usable or not. */
  public static List<BackendProvider> providers() {
    return ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get).toList();
  }

  /**
   * Opens a backend by name. {@code auto} is the Vector API; OpenCL is asked for by name, because its device may be the same CPU.
   *
   * @param name {@code auto}, or a provider's name, optionally with a device: {@code opencl:1}
   * @param threads CPU threads for its kernels
   * @throws BadInputException for an unknown or unusable backend, with the reason
   */
  public static Backend open(String name, int threads) {
    String wanted = name.equals("auto") ? "vector" : name;
    int colon = wanted.indexOf(':');
    String provider = colon < 0 ? wanted : wanted.substring(0, colon);
    int device = colon < 0 ? 0 : deviceNumber(name, wanted.substring(colon + 1));
    for (BackendProvider candidate : providers()) {
      if (candidate.name().equals(provider)) {
        candidate.unusable().ifPresent(reason -> {
          throw new BadInputException("backend " + name + ": cannot be used here: " + reason);
        });
        return candidate.open(device, threads);
      }
    }
    String known = providers().stream().map(BackendProvider::name).sorted().collect(Collectors.joining(", "));
    throw new BadInputException("backend " + name + ": unknown; expected auto or one of " + known);
  }

  private static int deviceNumber(String name, String number) {
    try {
      return Integer.parseUnsignedInt(number);
    } catch (NumberFormatException notANumber) {
      throw new BadInputException("backend " + name + ": device '" + number + "'; expected a number from 0", notANumber);
    }
  }
}
