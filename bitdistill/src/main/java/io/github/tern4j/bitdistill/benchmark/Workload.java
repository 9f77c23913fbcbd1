package io.github.tern4j.bitdistill.benchmark;

/** Something that is done again and again and always the same. */
interface Workload {

  /** What it is. */
  KernelSpeed.Kind kernel();

  /** Its sizes. */
  String shape();

  /** CPU threads it runs on. */
  int threads();

  /** What it does in a call, in the unit that its speed is told in: floating-point operations, bytes, weights. */
  double work();

  /** Does it once. */
  void run();
}
