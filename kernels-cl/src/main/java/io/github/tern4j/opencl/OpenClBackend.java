package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.DeviceStorage;
import io.github.tern4j.tensor.FloatStorage;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jocl.Pointer;

/**
 * One OpenCL device. Kernels are enqueued and run while the caller goes on; {@link #download} is the only call of the backend
 * that waits, besides those kernels whose contract returns codes in an array of the host.
 */
final class OpenClBackend implements Backend {

  private final OpenClQueue queue;
  private final OpenClMemory memory;
  private final List<OpenClProgram> programs = new ArrayList<>();
  private final KernelTable kernels;
  private final OpenClCopy copy;

  /** Opens a device under this name. */
  OpenClBackend(String name, OpenClDevice device) {
    this.queue = new OpenClQueue(name, device);
    this.memory = new OpenClMemory(queue);
    this.copy = new OpenClCopy(program("copy"));
    this.kernels = new KernelTable(name)
        .with(CopyKernel.class, copy)
        .with(MatmulKernel.class, new OpenClMatmul(program("matmul"), memory))
        .with(RmsNormKernel.class, new OpenClRmsNorm(program("rmsnorm"), memory))
        .with(SoftmaxKernel.class, new OpenClSoftmax(program("softmax")))
        .with(TernaryProductKernel.class, new OpenClTernaryProduct(program("ternary"), memory))
        .with(WeightQuantizerKernel.class, new OpenClWeightQuantizer(program("quantizer"), memory, queue));
  }

  private OpenClProgram program(String family) {
    OpenClProgram program = new OpenClProgram(queue, family);
    programs.add(program);
    return program;
  }

  /** The queue of the device. */
  OpenClQueue queue() {
    return queue;
  }

  /** The buffers of the device. */
  OpenClMemory memory() {
    return memory;
  }

  @Override
  public String name() {
    return queue.backend();
  }

  @Override
  public <K extends Kernel> K kernel(Class<K> contract) {
    return kernels.get(contract);
  }

  @Override
  public Tensor allocate(Shape shape) {
    return Tensor.of(memory.allocate(shape.size()), shape);
  }

  @Override
  public Tensor allocateCodes(Shape shape) {
    return Tensor.of(memory.allocate(DType.I8, shape.size()), shape);
  }

  @Override
  public void release(Tensor tensor) {
    memory.release(storage(tensor, queue, "release"));
  }

  @Override
  public Tensor upload(Tensor host) {
    OpenClStorage storage = switch (host.storage()) {
      case FloatStorage floats -> memory.upload(Pointer.to(host.toFloats()), DType.F32, host.size());
      case NativeStorage stored -> upload(host, stored);
      case DeviceStorage device -> throw new IllegalArgumentException(
          "upload: " + host + " lies on " + device.backend() + "; expected a tensor of the host");
    };
    return Tensor.of(storage, host.shape());
  }

  @Override
  public void write(Tensor host, Tensor target) {
    Tensor uploaded = upload(host);
    copy.copy(uploaded, 1, target, false);
    release(uploaded);
  }

  private OpenClStorage upload(Tensor host, NativeStorage stored) {
    if (!host.isContiguous()) {
      throw new IllegalArgumentException("upload: " + host + " is a strided view; expected contiguous elements in native memory");
    }
    DType dtype = stored.dtype();
    long from = host.size() == 0 ? 0 : dtype.bytes(host.elementOffset());
    MemorySegment bytes = stored.segment().asSlice(from, dtype.bytes(host.size()));
    return memory.upload(address(bytes), dtype, host.size());
  }

  /** Where a segment begins. JOCL takes buffers of up to 2 GiB, but of those the address alone. */
  static Pointer address(MemorySegment segment) {
    return Pointer.to(segment.asSlice(0, Math.min(segment.byteSize(), Integer.MAX_VALUE)).asByteBuffer());
  }

  @Override
  public float[] download(Tensor tensor) {
    OpenClStorage storage = storage(tensor, queue, "download");
    if (tensor.size() == 0) {
      return new float[0];
    }
    if (tensor.dtype() != DType.F32) {
      return downloadStored(tensor, storage);
    }
    if (!tensor.isContiguous()) {
      Tensor gathered = allocate(tensor.shape());
      copy.copy(tensor, 1, gathered, false);
      float[] values = download(gathered);
      release(gathered);
      return values;
    }
    float[] values = new float[tensor.shape().intSize()];
    queue.read(storage, tensor.elementOffset() * Float.BYTES, (long) values.length * Float.BYTES, Pointer.to(values));
    return values;
  }

  private float[] downloadStored(Tensor tensor, OpenClStorage storage) {
    if (!tensor.isContiguous()) {
      throw new IllegalArgumentException("download: " + tensor + " is a strided view; expected F32 or contiguous elements");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(tensor.dtype().bytes(tensor.size()));
      queue.read(storage, tensor.dtype().bytes(tensor.elementOffset()), bytes.byteSize(), address(bytes));
      return Tensor.of(new NativeStorage(bytes, tensor.dtype()), tensor.shape()).toFloats();
    }
  }

  /** The buffer of a tensor on this device, for {@code op}. */
  static OpenClStorage storage(Tensor tensor, OpenClQueue queue, String op) {
    if (tensor.storage() instanceof OpenClStorage storage && storage.belongsTo(queue)) {
      return storage;
    }
    String place = tensor.storage() instanceof DeviceStorage device ? device.backend() : "the host";
    throw new IllegalArgumentException(
        op + ": " + tensor + " lies on " + place + "; expected memory of " + queue.backend() + " (upload it first)");
  }

  @Override
  public void close() {
    programs.forEach(OpenClProgram::close);
    memory.close();
    queue.close();
  }
}
