"""Compiled programs on disk: a second start of the same work compiles next to nothing."""

import warnings

import jax

from jnet.files import cache_dir


def keep_programs(name: str = "xla") -> None:
    """Let JAX keep what it compiles in the folder `name` of jnet's private cache, unless it was told another place.

    Without a folder that can be written it warns and goes on without.

    See: https://docs.jax.dev/en/latest/persistent_compilation_cache.html
    """
    if jax.config.jax_compilation_cache_dir is not None:  # pyright: ignore[reportAttributeAccessIssue]
        return
    try:
        folder = cache_dir(name)
    except OSError as error:
        warnings.warn(
            f"Compiled programs are not kept ({error}); set JNET_CACHE to a folder that can be written.", stacklevel=2
        )
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    # JAX leaves out small and quickly compiled programs by default; a tutorial consists of them.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
