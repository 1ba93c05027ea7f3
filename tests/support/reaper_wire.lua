-- Runs drumd's script for Reaper in a stand-in for Reaper, and prints what it does.
-- Arguments: the script, the names of MIDI inputs and of outputs, each joined by commas.
local script, inputs, outputs = arg[1], {}, {}
for name in arg[2]:gmatch ("[^,]+") do inputs[#inputs + 1] = name end
for name in arg[3]:gmatch ("[^,]+") do outputs[#outputs + 1] = name end

local tracks = {}
local function named (names)
	return function (number) return names[number + 1] ~= "off", names[number + 1] end
end

reaper = {
	GetNumMIDIInputs = function () return #inputs end,
	GetNumMIDIOutputs = function () return #outputs end,
	GetMIDIInputName = named (inputs),
	GetMIDIOutputName = named (outputs),
	CountTracks = function () return #tracks end,
	InsertTrackAtIndex = function (place) table.insert (tracks, place + 1, {}) end,
	GetTrack = function (_, place) return tracks[place + 1] end,
	GetSetMediaTrackInfo_String = function (track, _, name) track.name = name end,
	SetMediaTrackInfo_Value = function (track, key, value) track[key] = value end,
	ShowMessageBox = function (text) print ("said " .. text) end,
	Undo_BeginBlock = function () end,
	Undo_EndBlock = function () end,
}
dofile (script)
for _, track in ipairs (tracks) do
	print (string.format ("track %s input %d output %d armed %d",
		track.name, track.I_RECINPUT, track.I_MIDIHWOUT or -1, track.I_RECARM))
end
io.stdout:flush ()
