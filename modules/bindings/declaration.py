"""The submodules of a package that a file imports, read from the file's text. Importing the file would be slow."""

import ast


def declared_submodules(source: str, package: str) -> frozenset[str]:
    """The direct submodules of `package` that the Python text `source` imports, at any depth of nesting.

    `from package.vpc import Vpc`, `import package.vpc` and `from package import vpc` each declare `vpc`.
    """
    return frozenset(
        name.removeprefix(f"{package}.").partition(".")[0]
        for node in ast.walk(ast.parse(source))
        for name in _imported_names(node)
        if name.startswith(f"{package}.")
    )


def _imported_names(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names, level=0):
            return [f"{module}.{alias.name}" for alias in names]
        case _:
            return []
