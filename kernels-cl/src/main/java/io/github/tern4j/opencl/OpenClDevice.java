package io.github.tern4j.opencl;

import static io.github.tern4j.opencl.OpenClStatus.check;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * A device of a platform and what kernels have to know of it.
 *
 * @param id the device
 * @param name its name and that of its platform
 * @param cpu whether it is a CPU, where a work-item is best as large as a thread
 * @param computeUnits cores or multiprocessors
 * @param memory bytes of its memory
 * @param largestBuffer bytes of the largest buffer it allows
 * @param doubles whether it has double arithmetic (cl_khr_fp64)
 * @param roundsQuotients whether float division rounds correctly when the compiler is asked to
 * @param subnormals whether it keeps subnormal floats
 */
record OpenClDevice(cl_device_id id, String name, boolean cpu, int computeUnits, long memory, long largestBuffer, boolean doubles,
    boolean roundsQuotients, boolean subnormals) {

  /** No ICD is registered with the loader (extension cl_khr_icd). */
  private static final int PLATFORM_NOT_FOUND = -1001;

  /** The platforms of this machine, which may have no devices. */
  static List<cl_platform_id> platforms() {
    int[] count = new int[1];
    int status = CL.clGetPlatformIDs(0, null, count);
    if (status == PLATFORM_NOT_FOUND || count[0] == 0) {
      return List.of();
    }
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    check(CL.clGetPlatformIDs(platforms.length, platforms, null), "opencl: list of platforms");
    return List.of(platforms);
  }

  /** The devices of these platforms that can compile kernels, in the order of the platforms. */
  static List<OpenClDevice> of(List<cl_platform_id> platforms) {
    List<OpenClDevice> devices = new ArrayList<>();
    for (cl_platform_id platform : platforms) {
      int[] count = new int[1];
      int status = CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
      if (status == CL.CL_DEVICE_NOT_FOUND || count[0] == 0) {
        continue;
      }
      cl_device_id[] ids = new cl_device_id[count[0]];
      check(CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null), "opencl: list of devices");
      for (cl_device_id id : ids) {
        if (number(id, CL.CL_DEVICE_AVAILABLE) != 0 && number(id, CL.CL_DEVICE_COMPILER_AVAILABLE) != 0) {
          devices.add(of(platform, id));
        }
      }
    }
    return devices;
  }

  private static OpenClDevice of(cl_platform_id platform, cl_device_id id) {
    long arithmetic = number(id, CL.CL_DEVICE_SINGLE_FP_CONFIG);
    return new OpenClDevice(id,
        text(id, CL.CL_DEVICE_NAME) + " (" + platformName(platform) + ")",
        (number(id, CL.CL_DEVICE_TYPE) & CL.CL_DEVICE_TYPE_CPU) != 0,
        (int) number(id, CL.CL_DEVICE_MAX_COMPUTE_UNITS),
        number(id, CL.CL_DEVICE_GLOBAL_MEM_SIZE),
        number(id, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        List.of(text(id, CL.CL_DEVICE_EXTENSIONS).split(" ")).contains("cl_khr_fp64"),
        (arithmetic & CL.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0,
        (arithmetic & CL.CL_FP_DENORM) != 0);
  }

  /** Whether all results have the bits of the scalar reference, not only its bounds. */
  boolean isExact() {
    return doubles && subnormals;
  }

  /** This device without double arithmetic and correctly rounded quotients, as many graphics and mobile chips are. */
  OpenClDevice withoutDoubles() {
    return new OpenClDevice(id, name, cpu, computeUnits, memory, largestBuffer, false, false, subnormals);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s, %d compute units, %.1f GiB", name, computeUnits, memory / (double) (1L << 30));
  }

  /** Bits, counts, sizes and truth values alike: all are little-endian and fit a long that was zero before. */
  private static long number(cl_device_id device, int what) {
    long[] value = new long[1];
    check(CL.clGetDeviceInfo(device, what, Long.BYTES, Pointer.to(value), null),
        "opencl: device property " + CL.stringFor_cl_device_info(what));
    return value[0];
  }

  private static String text(cl_device_id device, int what) {
    long[] size = new long[1];
    String asked = "opencl: device property " + CL.stringFor_cl_device_info(what);
    check(CL.clGetDeviceInfo(device, what, 0, null, size), asked);
    byte[] bytes = new byte[(int) size[0]];
    check(CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null), asked);
    return terminated(bytes);
  }

  private static String platformName(cl_platform_id platform) {
    long[] size = new long[1];
    check(CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, 0, null, size), "opencl: platform name");
    byte[] bytes = new byte[(int) size[0]];
    check(CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null), "opencl: platform name");
    return terminated(bytes);
  }

  private static String terminated(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }
}
