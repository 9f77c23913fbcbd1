/**
 * Qwen3 (Yang et al. 2025) as in Hugging Face transformers: RMSNorm before each sub-layer, grouped query heads with a norm on
 * queries and keys, rotary positions, SwiGLU, tied or separate output head. One class serves as teacher and, with ternary
 * projections and SubLN, as student.
 */
package io.github.tern4j.nn.qwen3;
