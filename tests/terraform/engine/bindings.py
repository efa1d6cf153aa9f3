"""Reads one submodule of the AWS provider bindings back into the Terraform schema it was generated from.

The JavaScript of every resource carries a table (`synthesizeHclAttributes`) with the Terraform name, the kind and the
element type of each argument; a `reset<Argument>` method exists only for optional ones; a comment marks what only the
provider sets. It does not say which optional arguments the provider fills in when they are left out, what is sensitive,
which values are valid, what their defaults are, and which changes replace a resource.
"""

import json
import re
from collections.abc import Iterator
from typing import Final, Literal

from tfplugin_proto import tfplugin5_5_pb2 as pb

Type = str | list["Type"] | dict[str, "Type"]
"""A Terraform type in its JSON form: "string", ["set", "string"], ["object", {"name": "string"}]."""

Kind = Literal["resource", "data source", "provider"]

Nesting = pb.Schema.NestedBlock

_DEFINITION: Final = re.compile(
    r"^(?:function (\w+)ToHclTerraform\(struct\)|class (\w+) extends cdktf\.(\w+)) \{$", re.MULTILINE
)
_TYPE_NAME: Final = re.compile(r'^(\w+)\.tfResourceType = "(\w+)"', re.MULTILINE)
_ARGUMENT: Final = re.compile(
    r'^ +(\w+): \{\n +value: (.*),\n +isBlock: (?:true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)",$',
    re.MULTILINE,
)
_PROPERTY: Final = re.compile(r"(?:this\._|struct\.)(\w+)")
_STRUCT: Final = re.compile(r"(?:cdktf\.(listMapperHcl|hashMapperHcl)\()?(?<!cdktf\.)\b(\w+)ToHclTerraform(, true)?")
# Looks ahead without consuming: the second line may be the next such comment.
_COMPUTED: Final = re.compile(r"// (\w+) - computed: true, optional: (?:true|false), required: false(?=\n(.*)\n(.*))")
_OBJECT: Final = re.compile(r'new ([\w.]+)\(this, "\w+"(, true)?')
_GETTER: Final = re.compile(r"this\.(get\w+Attribute|interpolationForAttribute)\(")

# Seven arguments, none of them a network's, are open structures; the protocol has no such type inside a set block.
OPEN: Final = "string"

_STORAGE: Final[dict[str, Type]] = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "any": OPEN,
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "stringMap": ["map", "string"],
    "numberMap": ["map", "number"],
    "booleanMap": ["map", "bool"],
    "stringListList": ["list", ["list", "string"]],
    "stringMapList": ["list", ["map", "string"]],
    "stringMapMap": ["map", ["map", "string"]],
}
_GETTERS: Final[dict[str, Type]] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "interpolationForAttribute": OPEN,
}
_MAPS: Final[dict[str, Type]] = {
    "cdktf.StringMap": ["map", "string"],
    "cdktf.NumberMap": ["map", "number"],
    "cdktf.BooleanMap": ["map", "bool"],
}
_NESTING: Final = {"list": Nesting.LIST, "set": Nesting.SET, "struct": Nesting.SINGLE}
_BASES: Final[dict[str, Kind]] = {
    "TerraformResource": "resource",
    "TerraformDataSource": "data source",
    "TerraformProvider": "provider",
}


class UnreadableBindings(Exception):
    """The bindings do not look like what cdktf 0.21 generates."""


class Submodule:
    """The sources of one submodule of the bindings: one resource, one data source, or the provider itself."""

    def __init__(self, source: str) -> None:
        self._functions: dict[str, str] = {}
        self._classes: dict[str, str] = {}
        root = None
        for match in _DEFINITION.finditer(source):
            function, name, base = match.groups()
            body = source[match.end() : source.index("\n}", match.end())]
            if function:
                self._functions[_pascal(function)] = body
            else:
                self._classes[name] = body
            if base in _BASES:
                root = name, _BASES[base]
        named = _TYPE_NAME.search(source)
        if root is None or named is None:
            raise UnreadableBindings("it defines no resource, data source or provider")
        self._root, self.kind = root
        self.type_name = named[2]

    def schema(self) -> pb.Schema:
        """The schema of the resource, data source or provider."""
        body = self._classes[self._root]
        arguments = body[body.index("synthesizeHclAttributes() {") :] if "synthesizeHclAttributes() {" in body else ""
        return pb.Schema(version=0, block=self._block(arguments, body))

    def _block(self, arguments: str, owner: str) -> pb.Schema.Block:
        """The block with this argument table, whose accessors are in the class body `owner`."""
        block = pb.Schema.Block()
        computed = dict(self._computed(owner))
        for name, value, collection, storage in _ARGUMENT.findall(arguments):
            optional = _is_optional(value, owner)
            struct = _STRUCT.search(value)
            if struct and (struct[3] or not struct[1]):
                inner = self._block(*self._struct(_pascal(struct[2])))
                many = struct[1] is not None
                single = collection == "struct"
                block.block_types.add(
                    type_name=name,
                    block=inner,
                    nesting=_NESTING[collection],
                    min_items=0 if optional else 1,
                    max_items=0 if many or (single and optional) else 1,
                )
            else:
                block.attributes.add(
                    name=name,
                    type=encode(self._argument_type(value, collection, storage)),
                    required=not optional,
                    optional=optional,
                    computed=name in computed,
                )
        settable = {a.name for a in block.attributes} | {b.type_name for b in block.block_types}
        for name, type_ in computed.items():
            if name not in settable:
                block.attributes.add(name=name, type=encode(type_), computed=True)
        return block

    def _struct(self, name: str) -> tuple[str, str]:
        """The argument table and the class body of a nested structure (the provider's own have no class)."""
        return self._functions[name], self._classes.get(f"{name}OutputReference", "")

    def _argument_type(self, value: str, collection: str, storage: str) -> Type:
        """The type of an argument that is an attribute, lists and maps of objects included."""
        struct = _STRUCT.search(value)
        if struct is None:
            type_ = _STORAGE[storage]
            return ["set", type_[1]] if collection == "set" and isinstance(type_, list) else type_
        return [collection, self._object_type(_pascal(struct[2]))]

    def _object_type(self, name: str) -> Type:
        """The object type of a nested structure; one without arguments is set by the provider alone."""
        owner = self._classes[f"{name}OutputReference"]
        fields = dict(self._computed(owner))
        for field, value, collection, storage in _ARGUMENT.findall(self._functions.get(name, "")):
            fields[field] = self._field_type(value, collection, storage)
        return ["object", fields]

    def _field_type(self, value: str, collection: str, storage: str) -> Type:
        struct = _STRUCT.search(value)
        if struct and collection == "struct":
            return self._object_type(_pascal(struct[2]))
        return self._argument_type(value, collection, storage)

    def _computed(self, owner: str) -> Iterator[tuple[str, Type]]:
        """Names and types of what the provider sets, from the comments in a class body."""
        for name, first, second in _COMPUTED.findall(owner):
            made = _OBJECT.search(first)
            if made:
                yield name, self._collection_type(made[1], is_set=made[2] is not None)
                continue
            getter = _GETTER.search(second)
            if getter is None:
                raise UnreadableBindings(f"{self.type_name}.{name} is read by {second.strip()!r}")
            type_ = _GETTERS[getter[1]]
            yield name, ["set", type_[1]] if "tolist(" in second and isinstance(type_, list) else type_

    def _collection_type(self, name: str, *, is_set: bool) -> Type:
        """The type behind one of the accessor classes: `FooList`, `FooMap`, `FooOutputReference`, `cdktf.StringMap`."""
        if name in _MAPS:
            return _MAPS[name]
        if name.endswith("OutputReference"):
            return self._object_type(name.removesuffix("OutputReference"))
        if name.endswith("Map"):
            return ["map", self._object_type(name.removesuffix("Map"))]
        return ["set" if is_set else "list", self._object_type(name.removesuffix("List"))]


def encode(type_: Type) -> bytes:
    """The bytes in which the plugin protocol carries a type."""
    return json.dumps(type_, separators=(",", ":")).encode()


def _is_optional(value: str, owner: str) -> bool:
    """Whether the argument behind the expression `value` can be left out: only then can its owner reset it.

    The nested structures of the provider's configuration have no accessors; every argument in them is optional.
    """
    name = _PROPERTY.search(value)
    if name is None:
        raise UnreadableBindings(f"no property in {value!r}")
    reset = f" reset{_pascal(name[1])}"
    return not owner or f"{reset}() {{" in owner or f"{reset}Attribute() {{" in owner


def _pascal(function: str) -> str:
    return function[0].upper() + function[1:]
