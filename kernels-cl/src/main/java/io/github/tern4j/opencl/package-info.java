/**
 * Tensors and kernels on OpenCL devices, over JOCL: the backend {@code opencl}, found at run time when this module is on the
 * class path and asked for by name ({@code opencl}, {@code opencl:1}), since its device may be the same CPU.
 *
 * <p><b>How it works.</b> Each kernel family is one {@code .cl} file, compiled with {@code prelude.cl} at its first launch.
 * Launches go to one in-order queue and return at once. Memory is copied to the host by {@code download} and by kernels whose
 * contract fills an array of the host, never in passing; uploads are copied when they are called and do not wait for the
 * queue. Views are passed to kernels as offset and strides. A kernel that fails while it runs is named by the next call.
 *
 * <p><b>What is there.</b> MatmulKernel, RmsNormKernel, SoftmaxKernel, WeightQuantizerKernel, TernaryProductKernel and
 * CopyKernel, each with all functions of its contract. Every other contract raises {@link
 * io.github.tern4j.tensor.MissingKernelException}. On devices with doubles and subnormal numbers all results have the bits of
 * the scalar reference (a logarithm excepted where a device's double logarithm is off by an unlucky last bit); on others they
 * keep the error bounds of the contracts, ternary products and codes remain exact, and scales come from sums of float pairs.
 *
 * <p><b>What is to come.</b> The other contracts; packing of weights once and not for every product; for graphics cards,
 * work-groups that share a row (a row is one work-item now, right for a CPU and slow elsewhere) and tiles in local memory;
 * transfers that overlap with kernels. Only PoCL has been tested, and products of one row and ternary products are not fast
 * on it yet.
 *
 * <p><b>Limits of PoCL 3.1.</b> OpenCL C 1.2 with doubles; no half precision and no sub-groups; local memory is plain memory,
 * so that tiles in it gain nothing and registers are what counts. It compiles a kernel again for each size of work-group,
 * hence the two fixed sizes here, and keeps binaries below {@code ~/.cache/pocl}. It uses all cores, whatever number of
 * threads is asked for, and ends the process when a command in the queue fails, so that the report of such failures has not
 * been seen at work.
 */
package io.github.tern4j.opencl;
