package io.github.tern4j.opencl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The first device of this machine for the tests of a class, which are skipped with the reason where there is none. */
final class OpenClUnderTest implements BeforeAllCallback, AfterAllCallback {

  private final UnaryOperator<OpenClDevice> change;
  private OpenClBackend backend;

  OpenClUnderTest() {
    this(UnaryOperator.identity());
  }

  /** The device as it would be with other properties. */
  OpenClUnderTest(UnaryOperator<OpenClDevice> change) {
    this.change = change;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    OpenClProvider provider = new OpenClProvider();
    assumeTrue(provider.unusable().isEmpty(), () -> "OpenCL cannot be used here: " + provider.unusable().orElseThrow());
    backend = new OpenClBackend("opencl:0", change.apply(provider.device(0)));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (backend != null) {
      backend.close();
    }
  }

  OpenClBackend backend() {
    return backend;
  }

  boolean isExact() {
    return backend.queue().device().isExact();
  }
}
