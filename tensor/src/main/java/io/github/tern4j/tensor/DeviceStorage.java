package io.github.tern4j.tensor;

/** Elements in the memory of an accelerator; only the backend that made it can read it. */
public non-sealed interface DeviceStorage extends Storage {

  /** Name of the backend that owns the memory. */
  String backend();
}
