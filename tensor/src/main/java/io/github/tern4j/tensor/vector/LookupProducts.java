package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Products of one or several {@link LookupTernary} with the same activations, in one parallel run: threads that have done their
 * part of the first weight go on with the next one. Few tokens: a task is a range of neighbouring panels. Many tokens: a task is
 * {@value #TILE} of them with a whole weight. How work is cut changes no bit of a result.
 */
final class LookupProducts implements IntConsumer {

  /** Tokens of a task. */
  private static final int TILE = 8;

  /** With fewer panels, loading the tables of a segment would weigh too much beside its words. */
  private static final int LEAST_TASK_PANELS = 4;

  /** Tasks of each thread up to which one more of them than the others have counts. */
  private static final int FEW_TASKS = 4;

  private final Workers workers;
  private LookupTernary[] weights = new LookupTernary[1];
  private Tensor[] outs = new Tensor[1];

  /** For each weight the task behind its last one. */
  private int[] ends = new int[1];

  private int count;
  private LookupInput input;
  private int taskPanels;

  LookupProducts(Workers workers) {
    this.workers = workers;
  }

  /** One product. */
  void product(LookupTernary weight, TernaryInput input, Tensor out) {
    LookupInput own = LookupInput.own(input);
    try {
      add(weight, own, out);
      run(own);
    } finally {
      forget();
    }
  }

  /** Several products; {@code weights} are {@link LookupTernary}. */
  void products(PreparedTernary[] weights, TernaryInput input, Tensor[] outs) {
    LookupInput own = LookupInput.own(input);
    try {
      for (int i = 0; i < weights.length; i++) {
        add((LookupTernary) weights[i], own, outs[i]);
      }
      run(own);
    } finally {
      forget();
    }
  }

  private void add(LookupTernary weight, LookupInput input, Tensor out) {
    TernaryLayout layout = weight.layout();
    TernaryProductKernel.checkProduct(layout.rows(), layout.columns(), input.codes(), input.gamma(), out);
    if (count == weights.length) {
      weights = Arrays.copyOf(weights, 2 * count);
      outs = Arrays.copyOf(outs, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    weights[count] = weight;
    outs[count++] = out;
  }

  private void run(LookupInput input) {
    this.input = input;
    int tokens = input.codes().dim(0);
    taskPanels = tokens < TILE ? taskPanels() : 0;
    int tasks = 0;
    for (int i = 0; i < count; i++) {
      tasks += taskPanels > 0 ? tasks(weights[i].layout(), taskPanels) : Math.ceilDiv(tokens, TILE);
      ends[i] = tasks;
    }
    workers.run(tasks, this);
  }

  /** Drops the products, so that no weight lives longer for them. */
  private void forget() {
    Arrays.fill(weights, 0, count, null);
    Arrays.fill(outs, 0, count, null);
    count = 0;
  }

  /** As many panels, or a block where that has fewer, as leave each thread a task, and all of them as many if there are few. */
  private int taskPanels() {
    int threads = workers.threads();
    int size = 0;
    for (int i = 0; i < count; i++) {
      size = Math.max(size, weights[i].layout().blockPanels());
    }
    int tasks = tasks(size);
    while (size > LEAST_TASK_PANELS && (tasks < threads || tasks < FEW_TASKS * threads && tasks % threads > 0)) {
      size /= 2;
      tasks = tasks(size);
    }
    return size;
  }

  private int tasks(int size) {
    int tasks = 0;
    for (int i = 0; i < count; i++) {
      tasks += tasks(weights[i].layout(), size);
    }
    return tasks;
  }

  private static int tasks(TernaryLayout layout, int size) {
    return Math.ceilDiv(layout.panels(), Math.min(layout.blockPanels(), size));
  }

  @Override
  public void accept(int task) {
    int i = 0;
    while (task >= ends[i]) {
      i++;
    }
    int ownTask = i == 0 ? task : task - ends[i - 1];
    if (taskPanels > 0) {
      TernaryLayout layout = weights[i].layout();
      int size = Math.min(layout.blockPanels(), taskPanels);
      int firstPanel = ownTask * size;
      weights[i].multiplyPanels(input, firstPanel, Math.min(layout.panels(), firstPanel + size), outs[i]);
    } else {
      int firstToken = ownTask * TILE;
      weights[i].multiplyTile(input, firstToken, Math.min(input.codes().dim(0), firstToken + TILE), outs[i]);
    }
  }
}
