package io.github.tern4j.opencl;

import static io.github.tern4j.opencl.OpenClStatus.check;

import java.util.ArrayDeque;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_kernel;

/**
 * The in-order queue of a device. Kernels are put into it without waiting; only {@link #read} waits. What fails meanwhile is
 * reported with the kernel's name by the next call.
 */
final class OpenClQueue implements AutoCloseable {

  /** A kernel that was enqueued and whose end nobody has seen yet. */
  private record Running(String kernel, cl_event end) {}

  private final String backend;
  private final OpenClDevice device;
  private final cl_context context;
  private final cl_command_queue commands;
  private final ArrayDeque<Running> running = new ArrayDeque<>();
  private long reads;
  private boolean closed;

  /** Opens a queue on a device for the backend of this name. */
  @SuppressWarnings("deprecation") // The successor of clCreateCommandQueue needs OpenCL 2.0, which many devices do not have.
  OpenClQueue(String backend, OpenClDevice device) {
    this.backend = backend;
    this.device = device;
    int[] status = new int[1];
    this.context = CL.clCreateContext(null, 1, new cl_device_id[] {device.id()}, null, null, status);
    check(status[0], backend + ": context");
    this.commands = CL.clCreateCommandQueue(context, device.id(), 0, status);
    check(status[0], backend + ": queue");
  }

  String backend() {
    return backend;
  }

  OpenClDevice device() {
    return device;
  }

  cl_context context() {
    return context;
  }

  cl_command_queue commands() {
    return commands;
  }

  /** How often device memory was copied to the host, which always waits. */
  long reads() {
    return reads;
  }

  /** Puts a kernel with its arguments set into the queue. */
  void enqueue(String name, cl_kernel kernel, long workItems, long groupSize) {
    requireOpen();
    reportFailures();
    cl_event end = new cl_event();
    check(CL.clEnqueueNDRangeKernel(commands, kernel, 1, null, new long[] {Math.ceilDiv(workItems, groupSize) * groupSize},
        new long[] {groupSize}, 0, null, end), backend + ": kernel " + name);
    running.add(new Running(name, end));
  }

  /** Waits for everything enqueued and copies bytes of a storage to the host. */
  void read(OpenClStorage storage, long byteOffset, long bytes, Pointer target) {
    requireOpen();
    reads++;
    int status = CL.clEnqueueReadBuffer(commands, storage.memory(), true, byteOffset, bytes, target, 0, null, null);
    // The failure of a kernel explains that of the copy.
    reportFailures();
    check(status, backend + ": download of " + bytes + " bytes");
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(backend + ": the backend is closed");
    }
  }

  private void reportFailures() {
    while (!running.isEmpty()) {
      Running oldest = running.peek();
      int[] state = new int[1];
      check(CL.clGetEventInfo(oldest.end(), CL.CL_EVENT_COMMAND_EXECUTION_STATUS, Integer.BYTES, Pointer.to(state), null),
          backend + ": state of kernel " + oldest.kernel());
      if (state[0] > CL.CL_COMPLETE) {
        return;
      }
      CL.clReleaseEvent(running.poll().end());
      check(state[0], backend + ": kernel " + oldest.kernel() + " failed while it ran");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      CL.clFinish(commands);
      running.forEach(kernel -> CL.clReleaseEvent(kernel.end()));
      running.clear();
      CL.clReleaseCommandQueue(commands);
      CL.clReleaseContext(context);
      closed = true;
    }
  }
}
