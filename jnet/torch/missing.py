"""What PyTorch has and jnet has not: asking for it says so by name, and what there is instead."""

from __future__ import annotations

_DENSE = "jnet has dense tensors only; jax.experimental.sparse has others."
# By module: names, each with what to use instead, if there is something.
_INSTEAD: dict[str, dict[str, str]] = {
    "torch": {
        "distributed": "jnet.parallel and jax.distributed train on several devices.",
        "export": "jnet.export writes a model of the functional face; torch.func.to_jax gives a module as one.",
        "onnx": "jnet.export writes a model for every XLA device; torch.func.to_jax gives a module as a function.",
        "profiler": "torch.report() tells what was compiled; jax.profiler records traces.",
        "multiprocessing": "Python's multiprocessing takes NumPy arrays.",
        "fx": "torch.func.to_jax gives a module as a function, and jax.make_jaxpr its graph.",
        "hub": "",
        "sparse_coo_tensor": _DENSE,
        "sparse_csr_tensor": _DENSE,
        "sparse": _DENSE,
        "nested": "jnet has dense tensors only; torch.nn.utils.rnn pads and packs.",
        "masked": "torch.where and Tensor.masked_fill compute with masks.",
        "ao": "",
        "quantization": "",
        "quantize_per_tensor": "",
        "library": "torch.autograd.Function makes ops of one's own.",
        "overrides": "",
        "package": "torch.save and torch.load keep models.",
        "xpu": "torch.cuda stands for every accelerator that JAX has.",
        "mps": "torch.cuda stands for every accelerator that JAX has.",
        "mtia": "torch.cuda stands for every accelerator that JAX has.",
        "accelerator": "torch.cuda stands for every accelerator that JAX has.",
        "lobpcg": "torch.linalg.eigh has all eigenvalues; jax.experimental.sparse.linalg.lobpcg_standard the largest.",
        **dict.fromkeys(
            (
                "float8_e4m3fn",
                "float8_e4m3fnuz",
                "float8_e5m2",
                "float8_e5m2fnuz",
                "float8_e8m0fnu",
                "float4_e2m1fn_x2",
            ),
            "bfloat16 and float16 are the shortest dtypes.",
        ),
        **dict.fromkeys(
            [f"{kind}{bits}" for kind in ("int", "uint") for bits in range(1, 8)],
            "int8 and uint8 are the shortest dtypes.",
        ),
        **dict.fromkeys(("bit", "bits8", "bits16", "bits1x8", "bits2x4", "bits4x2"), "uint8 holds bits."),
        "complex32": "complex64 is the shortest complex dtype.",
        "hash_tensor": "",
        "embedding_bag": "torch.nn.functional.embedding_bag has its result.",
        "embedding_renorm_": "torch.nn.functional.embedding takes max_norm.",
        "from_file": "numpy.memmap and torch.from_numpy do.",
        "while_loop": "Python's loops are recorded; torch.func.to_jax and jax.lax.while_loop compile them.",
        "cond": "Python's if is recorded; torch.where and jax.lax.cond choose without looking.",
    },
    "torch.linalg": {
        **dict.fromkeys(
            ("ldl_factor", "ldl_factor_ex", "ldl_solve"),
            "torch.linalg.cholesky and torch.linalg.lu_factor make factors, which cholesky_solve and lu_solve take.",
        )
    },
    "torch.distributions": {
        **dict.fromkeys(
            (
                *("Beta", "Chi2", "Dirichlet", "FisherSnedecor", "Gamma", "InverseGamma", "LKJCholesky", "StudentT"),
                "Wishart",
            ),
            "PyTorch's stream of gamma numbers is not built; jax.random.gamma draws others.",
        ),
        **dict.fromkeys(
            (
                *("ContinuousBernoulli", "GeneralizedPareto", "HalfCauchy", "Kumaraswamy", "Pareto"),
                *("LogisticNormal", "LowRankMultivariateNormal", "MixtureSameFamily", "Multinomial", "VonMises"),
                *("NegativeBinomial", "RelaxedBernoulli", "RelaxedOneHotCategorical", "Weibull", "biject_to"),
                "transform_to",
            ),
            "",
        ),
    },
    "torch.jit": {
        "save": "torch.save keeps a state_dict; jnet.export writes a compiled function.",
        "load": "torch.load reads a state_dict; jnet.export reads a compiled function.",
        "ScriptModule": "",
        "fork": "",
        "wait": "",
    },
    "torch.Tensor": {
        **dict.fromkeys(("to_sparse", "to_sparse_coo", "to_sparse_csr", "to_dense", "coalesce"), _DENSE),
        **dict.fromkeys(("to_mkldnn", "int_repr", "dequantize", "xpu", "mtia"), ""),
        **dict.fromkeys(("chalf", "hash_tensor", "map2_", "module_load", "reinforce"), ""),
    },
}


class NotBuilt(NotImplementedError, AttributeError):
    """Something of PyTorch's that jnet has not; `hasattr` takes it for an attribute that is not there."""


def missing(module: str, name: str) -> AttributeError:
    """Return the error for an attribute that is not there: not built, or unknown to PyTorch too.

    Example:
        >>> missing("torch", "onnx").args[0].splitlines()[0]
        'torch.onnx is not built in jnet.'
    """
    instead = _INSTEAD.get(module, {}).get(name)
    if instead is None and module == "torch.Tensor":
        return AttributeError(f"'Tensor' object has no attribute '{name}'")
    if instead is None:
        return AttributeError(
            f"module '{module}' has no attribute '{name}'\njnet.{module} does not have it; dir(jnet.{module}) lists "
            "what there is."
        )
    return NotBuilt("\n".join([f"{module}.{name} is not built in jnet.", instead]).rstrip())
