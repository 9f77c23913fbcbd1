package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BackendProvider;
import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jocl.cl_platform_id;

/**
 * The service that finds OpenCL devices and opens them. Devices are numbered over all platforms, in the order of the loader. A
 * device decides itself how many threads it uses.
 */
public final class OpenClProvider implements BackendProvider {

  static final String NAME = "opencl";

  /** The devices, or why there are none. */
  private record Found(List<OpenClDevice> devices, Optional<String> unusable) {}

  private Found found;

  /** The provider; nothing native is loaded before it is asked. */
  public OpenClProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> unusable() {
    return found().unusable();
  }

  @Override
  public String description() {
    List<OpenClDevice> devices = found().devices();
    return found().unusable().orElseGet(() -> IntStream.range(0, devices.size())
        .mapToObj(number -> NAME + ":" + number + " " + devices.get(number)).collect(Collectors.joining("; ")));
  }

  @Override
  public Backend open(int device, int threads) {
    return new OpenClBackend(NAME + ":" + device, device(device));
  }

  /** A device by number. */
  OpenClDevice device(int number) {
    String backend = NAME + ":" + number;
    unusable().ifPresent(reason -> {
      throw new BadInputException("backend " + backend + ": cannot be used here: " + reason);
    });
    List<OpenClDevice> devices = found().devices();
    if (number < 0 || number >= devices.size()) {
      throw new BadInputException(
          "backend " + backend + ": no such device; expected 0 to " + (devices.size() - 1) + ": " + description());
    }
    return devices.get(number);
  }

  private Found found() {
    if (found == null) {
      found = find();
    }
    return found;
  }

  private static Found find() {
    if (JoclLibrary.failure().isPresent()) {
      return new Found(List.of(), JoclLibrary.failure());
    }
    try {
      List<cl_platform_id> platforms = OpenClDevice.platforms();
      if (platforms.isEmpty()) {
        return new Found(List.of(),
            Optional.of("no OpenCL platform; install a driver, for example 'apt-get install pocl-opencl-icd'"));
      }
      List<OpenClDevice> devices = OpenClDevice.of(platforms);
      return new Found(devices, devices.isEmpty()
          ? Optional.of("no usable device on " + platforms.size() + " OpenCL platforms")
          : Optional.empty());
    } catch (IllegalStateException | UnsupportedOperationException failure) {
      return new Found(List.of(), Optional.of("OpenCL does not answer: " + failure.getMessage()));
    }
  }
}
