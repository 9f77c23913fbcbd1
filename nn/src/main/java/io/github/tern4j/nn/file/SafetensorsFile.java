package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.FloatStorage;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A mapped safetensors file of any size: 8 bytes with the length of the header (little-endian), the header in JSON, the data.
 *
 * <p>The whole header is checked when the file is opened, so that what is read later lies inside the file; a lying length
 * allocates nothing, since it is held against the size of the file first.
 */
public final class SafetensorsFile implements StoredTensors {

  /** Hugging Face's own limit. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final int SHORTEST_HEADER = 2;
  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;
  private static final Set<SafetensorsType> WHOLE_NUMBERS =
      EnumSet.of(SafetensorsType.I64, SafetensorsType.I32, SafetensorsType.I8, SafetensorsType.U8);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.header = header;
  }

  /**
   * Maps {@code file} and checks its header.
   *
   * @throws BadInputException when the file is missing or not such a file
   */
  public static SafetensorsFile open(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new NoSuchFileException(file.toString());
      }
      if (!Files.isRegularFile(file)) {
        throw new BadInputException(file + ": not a file; expected a safetensors file");
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        return open(file, channel);
      }
    } catch (IOException e) {
      throw FileFailure.reading(file, e);
    }
  }

  private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
    long fileBytes = channel.size();
    if (fileBytes < LENGTH_BYTES + SHORTEST_HEADER) {
      throw new BadInputException(file + ": " + fileBytes + " bytes; expected a safetensors file, which has a header");
    }
    long headerBytes = read(channel, 0, LENGTH_BYTES).getLong();
    long most = Math.min(LONGEST_HEADER, fileBytes - LENGTH_BYTES);
    if (headerBytes < SHORTEST_HEADER || headerBytes > most) {
      throw new BadInputException(file + ": header of " + Long.toUnsignedString(headerBytes) + " bytes; expected "
          + SHORTEST_HEADER + " to " + most + " (is this a safetensors file, and complete?)");
    }
    String json = JsonFile.decode(file + ": header", read(channel, LENGTH_BYTES, (int) headerBytes).array());
    long dataStart = LENGTH_BYTES + headerBytes;
    SafetensorsHeader header = SafetensorsHeader.parse(file.toString(), json, fileBytes - dataStart);
    // Shared, since the chunks of a kernel run on several threads.
    Arena arena = Arena.ofShared();
    try {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena);
      return new SafetensorsFile(file, arena, mapped.asSlice(dataStart), header);
    } catch (Throwable thrown) {
      arena.close();
      throw thrown;
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file became shorter");
      }
    }
    return buffer.flip();
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Names in the order of their data. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  @Override
  public SafetensorsType type(String name) {
    return entry(name).type();
  }

  @Override
  public Shape shape(String name) {
    return entry(name).shape();
  }

  @Override
  public MemorySegment bytes(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    return data.asSlice(entry.begin(), entry.end() - entry.begin());
  }

  @Override
  public Tensor tensor(String name) {
    DType dtype = type(name).dtype().orElseThrow(() -> unreadable(name, "a type that tensors have, such as F32, BF16 or I64"));
    return Tensor.of(new NativeStorage(bytes(name), dtype), shape(name));
  }

  @Override
  public Tensor floats(String name) {
    if (!type(name).widensToFloat()) {
      throw unreadable(name, "F32, BF16 or F16");
    }
    float[] values = new float[arraySize(name)];
    HalfPrecision.widen(type(name), bytes(name), 0, values, 0, values.length);
    return Tensor.of(new FloatStorage(values), shape(name));
  }

  @Override
  public long[] longs(String name) {
    SafetensorsType type = type(name);
    if (!WHOLE_NUMBERS.contains(type)) {
      throw unreadable(name, "one of " + WHOLE_NUMBERS);
    }
    MemorySegment bytes = bytes(name);
    long[] values = new long[arraySize(name)];
    for (int i = 0; i < values.length; i++) {
      values[i] = switch (type) {
        case I64 -> bytes.get(LONG, (long) i * Long.BYTES);
        case I32 -> bytes.get(INT, (long) i * Integer.BYTES);
        case I8 -> bytes.get(ValueLayout.JAVA_BYTE, i);
        default -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, i));
      };
    }
    return values;
  }

  @Override
  public int[] ints(String name) {
    long[] wide = longs(name);
    int[] values = new int[wide.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) wide[i];
      if (values[i] != wide[i]) {
        throw new BadInputException(at(name) + " holds " + wide[i] + " at position " + i + "; expected whole numbers below 2^31");
      }
    }
    return values;
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private SafetensorsHeader.Entry entry(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new BadInputException(at(name) + " is missing; expected one of " + Quoted.line(names().toString()));
    }
    return entry;
  }

  private int arraySize(String name) {
    long size = shape(name).size();
    if (size > LONGEST_ARRAY) {
      throw new BadInputException(at(name) + " has " + size + " elements; expected at most " + LONGEST_ARRAY + " for an array");
    }
    return (int) size;
  }

  private BadInputException unreadable(String name, String expected) {
    return new BadInputException(at(name) + " is " + type(name) + "; expected " + expected);
  }

  private String at(String name) {
    return file + ": tensor " + Quoted.name(name);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
