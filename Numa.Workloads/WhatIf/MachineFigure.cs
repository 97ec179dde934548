namespace Numa.Workloads.WhatIf;

/// <summary>What a figure of a machine is about.</summary>
public enum FigurePart
{
    /// <summary>The whole machine.</summary>
    Machine,

    /// <summary>Watermarks of a zone, without boost.</summary>
    Mark,

    /// <summary>Lowmem reserve of a zone.</summary>
    Reserve,

    /// <summary>Sizes of a zone's pagesets.</summary>
    Pageset,

    /// <summary>What a zone can give to one kind of request.</summary>
    Room,

    /// <summary>What the zonelist of a node can give to one kind of request.</summary>
    Total,
}

/// <summary>One number of a machine that settings shape.</summary>
/// <param name="Of">Zone or node that it belongs to; the machine's name for the whole.</param>
/// <param name="Name">What it is, for people.</param>
/// <param name="Value">Unit: pages; KiB where the name says so.</param>
/// <param name="Kind">Kind of request; null for what belongs to none.</param>
/// <param name="End">What comes when so many pages are given; null for what is no room.</param>
public sealed record MachineFigure(
    FigurePart Part, string Of, string Name, long Value, RequestKind? Kind = null, RoomEnd? End = null);
