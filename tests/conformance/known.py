"""What is known not to conform, each with the reason: `make conformance` and the tests hold the lists to be exact."""

MODULES: dict[str, str] = {}
OPTIMIZERS: dict[str, str] = {}

_NONE = "a gradient that is 0 whatever the values are is zeros here, where PyTorch has None"
_INNER = "an inner function of PyTorch's, which no program calls"
_MASKED = "torch.masked is not built; masks go through where() and masked_fill()"
_SPARSE = "there are no sparse tensors"

OPS: dict[str, str] = {
    **dict.fromkeys(
        [
            *("diff", "norm", "linalg.norm", "linalg.norm (subgradients_at_zero)", "linalg.vector_norm"),
            *("ormqr", "linalg.householder_product"),
            *("nn.functional.cosine_embedding_loss", "nn.functional.hinge_embedding_loss"),
        ],
        _NONE,
    ),
    "as_strided_scatter": "PyTorch's gradient is 1 where the input was overwritten, 0 elsewhere; here the reverse",
    "histogramdd": "edges that fall count nothing in PyTorch, and are refused here",
    "linalg.pinv (hermitian)": "of matrices that are not Hermitian, PyTorch's derivative mixes both triangles",
    "logcumsumexp": "PyTorch's gradient is off by 2e-3 in float32, against float64; the one here by 1e-4 at most",
    "native_group_norm": "mean and scale, which PyTorch lets require grad, are constants here",
    **dict.fromkeys(
        [
            *("_batch_norm_with_update", "_chunk_cat", "_native_batch_norm_legit", "_segment_reduce (lengths)"),
            *("_segment_reduce (offsets)", "_softmax_backward_data", "_unsafe_masked_index", "hash_tensor", "slice"),
            *("_unsafe_masked_index_put_accumulate", "_upsample_bilinear2d_aa", "max_pool2d_with_indices_backward"),
            *("native_dropout_backward", "torch.ops.aten._safe_softmax.default", "__rdiv__"),
        ],
        _INNER,
    ),
    **dict.fromkeys(
        [
            *("jiterator_unary", "jiterator_binary", "jiterator_4inputs_with_extra_args"),
            *("jiterator_binary_return_by_ref", "jiterator_2inputs_2outputs"),
        ],
        "it compiles CUDA's C++",
    ),
    "chalf": "JAX has no complex numbers of half precision",
    **dict.fromkeys(["linalg.ldl_factor", "linalg.ldl_factor_ex", "linalg.ldl_solve"], "not built"),
    **dict.fromkeys(["sparse.mm (reduce)", "sparse.sampled_addmm", "to_sparse"], _SPARSE),
    **dict.fromkeys(
        [
            f"masked.{name}"
            for name in (
                *("sum", "prod", "cumsum", "cumprod", "amax", "amin", "argmax", "argmin", "mean", "median", "norm"),
                *("var", "std", "softmax", "log_softmax", "softmin", "normalize", "logaddexp", "logsumexp"),
            )
        ],
        _MASKED,
    ),
}
