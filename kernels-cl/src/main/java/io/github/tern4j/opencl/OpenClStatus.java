package io.github.tern4j.opencl;

import org.jocl.CL;

/** Status codes of OpenCL calls. */
final class OpenClStatus {

  private OpenClStatus() {}

  /** Fails unless {@code status} is success; {@code what} says what was tried, beginning with the backend. */
  static void check(int status, String what) {
    if (status != CL.CL_SUCCESS) {
      throw new IllegalStateException(what + ": " + CL.stringFor_errorCode(status));
    }
  }

  /** Whether a call failed for want of memory. */
  static boolean isOutOfMemory(int status) {
    return status == CL.CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL.CL_OUT_OF_RESOURCES || status == CL.CL_OUT_OF_HOST_MEMORY
        || status == CL.CL_INVALID_BUFFER_SIZE;
  }
}
