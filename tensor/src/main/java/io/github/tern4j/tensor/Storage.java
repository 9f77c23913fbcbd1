package io.github.tern4j.tensor;

/**
 * Where the elements of tensors lie. Computed and trained values are a {@link FloatStorage}, mapped or packed ones a
 * {@link NativeStorage}, and what lives on an accelerator a {@link DeviceStorage}.
 */
public sealed interface Storage permits FloatStorage, NativeStorage, DeviceStorage {

  /** Element type. */
  DType dtype();

  /** Number of elements. */
  long elements();
}
