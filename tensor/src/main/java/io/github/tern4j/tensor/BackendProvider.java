package io.github.tern4j.tensor;

import java.util.Optional;

/** A {@link java.util.ServiceLoader} service that opens a kind of backend. */
public interface BackendProvider {

  /** The name it is asked for by: {@code reference}, {@code vector}, {@code opencl}. */
  String name();

  /** Why this backend cannot be used on this machine, or empty when it can. */
  Optional<String> unusable();

  /** One line about what would be used, for example the vector width or the device names. */
  String description();

  /**
   * Opens the backend.
   *
   * @param device what follows the colon in {@code opencl:1}, 0 without one
   * @param threads how many CPU threads its kernels may use
   * @throws BadInputException when the device does not exist or the backend is unusable
   */
  Backend open(int device, int threads);
}
