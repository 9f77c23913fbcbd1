package io.github.tern4j.opencl;

import static io.github.tern4j.opencl.OpenClStatus.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/**
 * The kernels of one family: {@code prelude.cl} and the family's own file, compiled when the first of them is launched.
 *
 * <p>Options: {@code FP64} says that doubles exist, {@code ROUNDED_QUOTIENTS} that a float division rounds correctly. No
 * option may relax arithmetic, which would change results.
 */
final class OpenClProgram implements AutoCloseable {

  private final OpenClQueue queue;
  private final String family;
  private final Map<String, cl_kernel> kernels = new LinkedHashMap<>();
  private cl_program program;

  /** The kernels of {@code family.cl}. */
  OpenClProgram(OpenClQueue queue, String family) {
    this.queue = queue;
    this.family = family;
  }

  /** A launch of the kernel of this name, whose arguments follow in order. */
  OpenClLaunch launch(String kernel) {
    return new OpenClLaunch(queue, kernel, kernels.computeIfAbsent(kernel, this::create));
  }

  private cl_kernel create(String kernel) {
    if (program == null) {
      program = build(queue, family + ".cl", source("prelude.cl") + source(family + ".cl"));
    }
    int[] status = new int[1];
    cl_kernel created = CL.clCreateKernel(program, kernel, status);
    check(status[0], queue.backend() + ": kernel " + kernel + " of " + family + ".cl");
    return created;
  }

  /** Compiles a source; a failure carries the compiler's log. */
  static cl_program build(OpenClQueue queue, String name, String source) {
    int[] status = new int[1];
    cl_program built = CL.clCreateProgramWithSource(queue.context(), 1, new String[] {source}, null, status);
    check(status[0], queue.backend() + ": program " + name);
    OpenClDevice device = queue.device();
    String options = "-cl-std=CL1.2" + (device.doubles() ? " -D FP64" : "")
        + (device.roundsQuotients() ? " -D ROUNDED_QUOTIENTS -cl-fp32-correctly-rounded-divide-sqrt" : "");
    int result = CL.clBuildProgram(built, 1, new cl_device_id[] {device.id()}, options, null, null);
    if (result != CL.CL_SUCCESS) {
      String log = log(built, device.id());
      CL.clReleaseProgram(built);
      throw new IllegalStateException(queue.backend() + ": " + name + " does not compile on " + device.name() + ": "
          + CL.stringFor_errorCode(result) + "\n" + log);
    }
    return built;
  }

  private static String log(cl_program program, cl_device_id device) {
    long[] size = new long[1];
    CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] log = new byte[(int) size[0]];
    CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, log.length, Pointer.to(log), null);
    return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
  }

  private static String source(String file) {
    try (InputStream in = OpenClProgram.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("opencl: " + file + " cannot be read from the class path", unreadable);
    }
  }

  @Override
  public void close() {
    kernels.values().forEach(CL::clReleaseKernel);
    kernels.clear();
    if (program != null) {
      CL.clReleaseProgram(program);
      program = null;
    }
  }
}
