"""The graph of a workflow: an edge runs from whoever publishes to whoever subscribes."""

from krtc.model.naming import ENTRYPOINT
from krtc.model.record import Unsaid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from krtc.model.krt import Node, Workflow


class Graph:
    """A workflow whose names all lead somewhere: `nodes` by name, and the `subscribers` of each publisher, in order.

    `reached` are the names of the nodes that requests reach.
    """

    __slots__ = ("nodes", "reached", "subscribers")

    def __init__(self, nodes: "dict[str, Node]", subscribers: dict[str, dict[str, None]]) -> None:
        self.nodes = nodes
        self.subscribers = subscribers
        self.reached = self.behind([ENTRYPOINT])

    def behind(self, names: "Iterable[str]", without: str | None = None) -> set[str]:
        """The nodes that messages of `names` reach, and not through the node `without`."""
        found: set[str] = set()
        todo = list(names)
        while todo:
            for name in self.subscribers.get(todo.pop(), ()):
                if name not in found and name != without:
                    found.add(name)
                    todo.append(name)
        return found

    def circles(self) -> "Iterator[set[str]]":
        """The groups of two and more nodes that all lead to each other (Tarjan's components, without recursion)."""
        number: dict[str, int] = {}
        lowest: dict[str, int] = {}
        open_: dict[str, None] = {}
        for root in self.nodes:
            todo = [(root, iter(self.subscribers[root]))] if root not in number else []
            while todo:
                name, subscribers = todo[-1]
                if name not in number:
                    number[name] = lowest[name] = len(number)
                    open_[name] = None
                for subscriber in subscribers:
                    if subscriber not in number:
                        todo.append((subscriber, iter(self.subscribers[subscriber])))
                        break
                    if subscriber in open_:
                        lowest[name] = min(lowest[name], lowest[subscriber])
                else:
                    todo.pop()
                    if todo:
                        lowest[todo[-1][0]] = min(lowest[todo[-1][0]], lowest[name])
                    if lowest[name] == number[name]:
                        group = {name}
                        while (last := open_.popitem()[0]) != name:
                            group.add(last)
                        if len(group) > 1:
                            yield group


def graph_of(workflow: "Workflow") -> Graph | None:
    """The graph, or None when a name in it is wrong: of such a graph hardly anything that can be said is true."""
    subscribers: dict[str, dict[str, None]] = {ENTRYPOINT: {}}
    try:
        nodes = {node.name: node for node in workflow.nodes}
        subscribers.update({name: {} for name in nodes})
        for node in workflow.nodes:
            for subscription in node.subscriptions:
                publisher = subscription.partition(".")[0]
                if publisher == node.name:
                    return None
                subscribers[publisher][node.name] = None
        known = workflow.exitpoint in nodes
    except (Unsaid, KeyError):
        return None
    unique = len(nodes) == len(workflow.nodes) and ENTRYPOINT not in nodes
    return Graph(nodes, subscribers) if known and unique else None
