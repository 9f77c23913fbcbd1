package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.DeviceStorage;
import io.github.tern4j.tensor.FloatStorage;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Collects tensors and writes them as safetensors. Values are read when a file is written, not when they are added, and narrowed
 * to BF16 or F16 by rounding to nearest, ties to even.
 *
 * <p>Inside a file tensors come first whose size is a multiple of {@value #ALIGNMENT} bytes, then of half of that, and so on;
 * otherwise the order of adding is kept. So every tensor begins at a multiple of {@value #ALIGNMENT}, or of the largest power of
 * two in its size, and vectors of a mapped file do not cross cache lines.
 */
public final class SafetensorsWriter {

  /** Elements converted at a time. */
  private static final int CHUNK = 1 << 16;

  /** A {@link ByteBuffer} counts in {@code int}. */
  private static final long LARGEST_WRITE = 1 << 30;

  private static final int ALIGNMENT = 64;

  /** Writes the data of one tensor. */
  @FunctionalInterface
  private interface Payload {
    void write(FileChannel channel) throws IOException;
  }

  private record Entry(SafetensorsType type, Shape shape, Payload payload) {
    long bytes() {
      return shape.size() * type.bits() / 8;
    }

    /** The largest power of two that divides the size, at most {@link #ALIGNMENT}; an empty tensor fits anywhere. */
    long alignment() {
      return Long.lowestOneBit(bytes() | ALIGNMENT);
    }
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt"));

  /** Adds a {@code __metadata__} text; {@code "format": "pt"} is always there. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds a contiguous host tensor in its own type. */
  public SafetensorsWriter add(String name, Tensor tensor) {
    SafetensorsType type = SafetensorsType.of(tensor.dtype()).orElseThrow(() -> new IllegalArgumentException(
        "safetensors: " + name + " is " + tensor + "; expected a type of the format (packed codes are added as bytes)"));
    return add(name, tensor, type);
  }

  /**
   * Adds a contiguous host tensor as {@code type}.
   *
   * @throws IllegalArgumentException when the tensor is elsewhere, strided, or its values do not convert: only the float types
   *     do
   */
  public SafetensorsWriter add(String name, Tensor tensor, SafetensorsType type) {
    if (tensor.storage() instanceof DeviceStorage || !tensor.isContiguous()) {
      throw new IllegalArgumentException("safetensors: " + name + " is " + tensor + " on "
          + (tensor.storage() instanceof DeviceStorage device ? device.backend() : "the host")
          + "; expected contiguous elements on the host (download or copy it first)");
    }
    SafetensorsType own = SafetensorsType.of(tensor.dtype()).orElse(SafetensorsType.U8);
    if (own == type && tensor.storage() instanceof NativeStorage elements) {
      long elementBytes = type.bits() / 8;
      return put(name, new Entry(type, tensor.shape(), channel -> writeBytes(channel,
          elements.segment().asSlice(tensor.elementOffset() * elementBytes, tensor.size() * elementBytes))));
    }
    if (!own.widensToFloat() || !type.widensToFloat()) {
      throw new IllegalArgumentException("safetensors: " + name + " is " + tensor + ", to be written as " + type
          + "; expected its own type, or F32, BF16 and F16 in any direction");
    }
    return put(name, new Entry(type, tensor.shape(), channel -> writeFloats(channel, tensor, own, type)));
  }

  /** Adds whole numbers as I64; {@code values} is not copied. */
  public SafetensorsWriter addLongs(String name, long[] values, int... dims) {
    return put(name, new Entry(SafetensorsType.I64, sized(name, values.length, dims), channel -> {
      ByteBuffer buffer = ByteBuffer.allocate(Math.min(CHUNK, values.length) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int done = 0; done < values.length; done += CHUNK) {
        int length = Math.min(CHUNK, values.length - done);
        buffer.clear().limit(length * Long.BYTES).asLongBuffer().put(values, done, length);
        writeFully(channel, buffer);
      }
    }));
  }

  /** Adds unsigned bytes as U8, for example packed codes; {@code values} is not copied. */
  public SafetensorsWriter addBytes(String name, MemorySegment values, int... dims) {
    return put(name, new Entry(SafetensorsType.U8, sized(name, values.byteSize(), dims), channel -> writeBytes(channel, values)));
  }

  private static Shape sized(String name, long elements, int... dims) {
    Shape shape = Shape.of(dims);
    if (shape.size() != elements) {
      throw new IllegalArgumentException("safetensors: " + name + " has " + elements + " elements; expected " + shape.size()
          + " for " + shape);
    }
    return shape;
  }

  private SafetensorsWriter put(String name, Entry entry) {
    if (name.equals(SafetensorsHeader.METADATA) || entries.putIfAbsent(name, entry) != null) {
      throw new IllegalArgumentException("safetensors: the name " + name + " is taken; expected each name once");
    }
    return this;
  }

  /**
   * Replaces {@code file} by one with all tensors.
   *
   * @throws UncheckedIOException with one line, when the file system fails; the old content is untouched
   */
  public void write(Path file) {
    write(file, new ArrayList<>(entries.keySet()));
  }

  /**
   * Writes a model into {@code directory}: {@value ModelFiles#SINGLE} when all tensors fit {@code maxShardBytes}, otherwise
   * shards of at most that much data (a larger tensor has its own) and, after them, {@value ModelFiles#INDEX}. Each file is
   * replaced at once; for the directory as a whole see {@link AtomicDirectory}.
   *
   * @throws UncheckedIOException with one line, when the file system fails
   */
  public void writeModel(Path directory, long maxShardBytes) {
    List<List<String>> shards = shards(maxShardBytes);
    if (shards.size() <= 1) {
      write(directory.resolve(ModelFiles.SINGLE));
      return;
    }
    ObjectNode index = JsonNodeFactory.instance.objectNode();
    index.putObject("metadata").put("total_size", entries.values().stream().mapToLong(Entry::bytes).sum());
    ObjectNode weightMap = index.putObject("weight_map");
    for (int i = 0; i < shards.size(); i++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      write(directory.resolve(file), shards.get(i));
      shards.get(i).forEach(name -> weightMap.put(name, file));
    }
    JsonFile.write(directory.resolve(ModelFiles.INDEX), index);
  }

  private List<List<String>> shards(long maxShardBytes) {
    List<List<String>> shards = new ArrayList<>();
    long filled = 0;
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      long bytes = entry.getValue().bytes();
      if (shards.isEmpty() || filled + bytes > maxShardBytes) {
        shards.add(new ArrayList<>());
        filled = 0;
      }
      shards.getLast().add(entry.getKey());
      filled += bytes;
    }
    return shards;
  }

  private void write(Path file, List<String> names) {
    names.sort(Comparator.comparingLong(name -> -entries.get(name).alignment()));
    AtomicFile.write(file, channel -> {
      writeFully(channel, header(names));
      for (String name : names) {
        entries.get(name).payload.write(channel);
      }
    });
  }

  private ByteBuffer header(List<String> names) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode texts = header.putObject(SafetensorsHeader.METADATA);
    metadata.forEach(texts::put);
    long begin = 0;
    for (String name : names) {
      Entry entry = entries.get(name);
      ObjectNode node = header.putObject(name).put("dtype", entry.type.name());
      ArrayNode shape = node.putArray("shape");
      for (int dim : entry.shape.dims()) {
        shape.add(dim);
      }
      node.putArray("data_offsets").add(begin).add(begin + entry.bytes());
      begin += entry.bytes();
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = Math.ceilDiv(Long.BYTES + json.length, ALIGNMENT) * ALIGNMENT - Long.BYTES;
    ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(padded).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static void writeFloats(FileChannel channel, Tensor tensor, SafetensorsType from, SafetensorsType to)
      throws IOException {
    float[] values = new float[(int) Math.min(CHUNK, tensor.size())];
    ByteBuffer buffer = ByteBuffer.allocateDirect(values.length * to.bits() / 8);
    for (long done = 0; done < tensor.size(); done += CHUNK) {
      int length = (int) Math.min(CHUNK, tensor.size() - done);
      long first = tensor.elementOffset() + done;
      switch (tensor.storage()) {
        case FloatStorage floats -> System.arraycopy(floats.array(), Math.toIntExact(first), values, 0, length);
        case NativeStorage elements -> HalfPrecision.widen(from, elements.segment(), first, values, 0, length);
        case DeviceStorage device -> throw new IllegalStateException("safetensors: " + tensor + " is on " + device.backend());
      }
      HalfPrecision.narrow(to, values, MemorySegment.ofBuffer(buffer.clear()), length);
      writeFully(channel, buffer.limit(length * to.bits() / 8));
    }
  }

  private static void writeBytes(FileChannel channel, MemorySegment bytes) throws IOException {
    for (long done = 0; done < bytes.byteSize(); done += LARGEST_WRITE) {
      writeFully(channel, bytes.asSlice(done, Math.min(LARGEST_WRITE, bytes.byteSize() - done)).asByteBuffer());
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
