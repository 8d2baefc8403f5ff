//! Structs, arrays, slices, maps and ranges over them.

use std::rc::Rc;

use super::super::code::{Op, Reg, Spot, Target};
use super::arithmetic::follows;
use super::value::{Doubt, Entries, Pointer, Slice, Value, Walk};
use super::{Kind, Machine, Step, opaque};

/// The largest slice.
const ELEMENTS: i128 = 1 << 14;

/// Where a key stands in a map and what it has, that it is not there, or that this is not known.
type Place = Option<Option<(usize, Value)>>;

impl Machine<'_> {
    fn index(&mut self, index: &Value, length: u32) -> Step<u32> {
        match index {
            Value::Integer(it) => match u32::try_from(*it) {
                Ok(it) if it < length => Ok(it),
                _ => Err(self.panic(Kind::OutOfRange, "index out of range")),
            },
            _ => opaque("an unknown index"),
        }
    }

    fn slice_of(&mut self, elements: Vec<Value>) -> Slice {
        self.steps += elements.len() as u64;
        let length = u32::try_from(elements.len()).unwrap_or(u32::MAX);
        let array = self.allocate(Value::Many(Rc::new(elements)));
        Slice { array, from: 0, length, capacity: length }
    }

    fn elements(&mut self, of: &Slice, spot: Spot) -> Step<Vec<Value>> {
        self.steps += u64::from(of.length);
        (0..of.length).map(|it| self.load(&of.at(it), spot)).collect()
    }

    pub(super) fn aggregate(&mut self, op: &Op, spot: Spot) -> Step<()> {
        match op {
            Op::FieldOf { to, from, index } => {
                let value = match self.get(*from) {
                    Value::Many(it) => it.get(usize::from(*index)).cloned().unwrap_or(Value::Nil),
                    unknown @ Value::Unknown(_) => {
                        follows("field", &[&unknown, &Value::Integer(i128::from(*index))])
                    }
                    _ => return opaque("a field of what is no struct"),
                };
                self.set(*to, value);
            }
            Op::ElementAt { to, of, index } => {
                let index = self.get(*index);
                let at = match self.get(*of) {
                    Value::Slice(it) => it.at(self.index(&index, it.length)?),
                    Value::Pointer(it) => {
                        let length = match self.peek(&it) {
                            Some(Value::Many(many)) => many.len(),
                            _ => return opaque("an element of what is no array"),
                        };
                        it.inner(self.index(&index, u32::try_from(length).unwrap_or(u32::MAX))?)
                    }
                    Value::Nil => return Err(self.panic(Kind::OutOfRange, "index out of range")),
                    _ => return opaque("an element of an unknown slice"),
                };
                self.set(*to, Value::Pointer(at));
            }
            Op::ElementOf { to, from, index } => {
                let index = self.get(*index);
                let value = match self.get(*from) {
                    Value::Many(it) => {
                        let at = self.index(&index, u32::try_from(it.len()).unwrap_or(u32::MAX))?;
                        it.get(at as usize).cloned().unwrap_or(Value::Nil)
                    }
                    Value::Text(it) => {
                        let at = self.index(&index, u32::try_from(it.len()).unwrap_or(u32::MAX))?;
                        Value::Integer(it.as_bytes().get(at as usize).copied().unwrap_or(0).into())
                    }
                    Value::Slice(it) => {
                        let at = it.at(self.index(&index, it.length)?);
                        self.load(&at, spot)?
                    }
                    Value::Nil => return Err(self.panic(Kind::OutOfRange, "index out of range")),
                    unknown => follows("element", &[&unknown, &index]),
                };
                self.set(*to, value);
            }
            Op::Struct { to, fields: of } | Op::Array { to, elements: of } => {
                let values = of.iter().map(|it| self.get(*it)).collect();
                self.set(*to, Value::Many(Rc::new(values)));
            }
            Op::Slice { to, elements, .. } => {
                let values = elements.iter().map(|it| self.get(*it)).collect();
                let slice = self.slice_of(values);
                self.set(*to, Value::Slice(slice));
            }
            Op::MakeSlice { to, element, length, capacity } => {
                let length = self.get(*length);
                let capacity = capacity.map_or_else(|| length.clone(), |it| self.get(it));
                let (Value::Integer(length), Value::Integer(capacity)) = (length, capacity) else {
                    return opaque("a slice of unknown length");
                };
                if length < 0 || capacity < length {
                    return Err(self.panic(Kind::Arithmetic, "makeslice: len out of range"));
                }
                if capacity > ELEMENTS {
                    return opaque("a slice that is too long");
                }
                let zero = self.zero(*element);
                let mut slice = self.slice_of((0..capacity).map(|_| zero.clone()).collect());
                slice.length = u32::try_from(length).unwrap_or(0);
                self.set(*to, Value::Slice(slice));
            }
            Op::MakeMap { to, .. } => {
                let at = self.allocate(Value::Entries(Rc::new(Entries::default())));
                self.set(*to, Value::Map(at.object));
            }
            Op::Cut { to, from, low, high, max } => {
                let value = self.cut(*from, [*low, *high, *max])?;
                self.set(*to, value);
            }
            Op::Append { to, slice, items, spread } => {
                let value = self.append(*slice, items, *spread, spot)?;
                self.set(*to, value);
            }
            Op::CopyElements { to, into, from } => {
                let (Value::Slice(into), Value::Slice(from)) = (self.get(*into), self.get(*from))
                else {
                    let none = matches!(self.get(*into), Value::Nil)
                        || matches!(self.get(*from), Value::Nil);
                    if none {
                        self.set(*to, Value::Integer(0));
                        return Ok(());
                    }
                    return opaque("a copy of what is not known");
                };
                let count = into.length.min(from.length);
                let values = self.elements(&Slice { length: count, ..from }, spot)?;
                for (index, value) in (0..count).zip(values) {
                    self.store(&into.at(index), value, spot)?;
                }
                self.set(*to, Value::Integer(count.into()));
            }
            Op::Length { to, of } | Op::Capacity { to, of } => {
                let capacity = matches!(op, Op::Capacity { .. });
                let value = match self.get(*of) {
                    Value::Nil => Value::Integer(0),
                    Value::Text(it) => Value::Integer(it.len() as i128),
                    Value::Many(it) => Value::Integer(it.len() as i128),
                    Value::Slice(it) if capacity => Value::Integer(it.capacity.into()),
                    Value::Slice(it) => Value::Integer(it.length.into()),
                    Value::Channel(it) => {
                        let (length, room) = self.extent(it);
                        Value::Integer(if capacity { room } else { length } as i128)
                    }
                    Value::Map(it) => {
                        self.access(&whole(it), false, false, spot);
                        let entries = self.entries(it)?;
                        if entries.vague {
                            self.unknown(Doubt::Guessed)
                        } else {
                            Value::Integer(entries.of.len() as i128)
                        }
                    }
                    Value::Pointer(it) => match self.peek(&it) {
                        Some(Value::Many(many)) => Value::Integer(many.len() as i128),
                        _ => return opaque("the length of what is not known"),
                    },
                    unknown => follows("len", &[&unknown]),
                };
                self.set(*to, value);
            }
            Op::Range { to, over } => {
                let walk = match self.get(*over) {
                    Value::Nil => Walk::Count(0, 0),
                    Value::Integer(it) => Walk::Count(0, it),
                    Value::Slice(it) => Walk::Slice(it, 0),
                    Value::Many(it) => Walk::Array(it, 0),
                    Value::Text(it) => Walk::Text(it, 0),
                    Value::Map(it) => {
                        self.access(&whole(it), false, false, spot);
                        let entries = self.entries(it)?;
                        if entries.vague {
                            return opaque("a range over a map that is not known");
                        }
                        let keys = entries.of.iter().map(|it| it.0.clone()).collect();
                        Walk::Map(it, Rc::new(keys), 0)
                    }
                    Value::Pointer(it) => {
                        let length = match self.peek(&it) {
                            Some(Value::Many(many)) => many.len(),
                            _ => return opaque("a range over what is not known"),
                        };
                        let length = u32::try_from(length).unwrap_or(0);
                        Walk::Slice(Slice { array: it, from: 0, length, capacity: length }, 0)
                    }
                    _ => return opaque("a range over what is not known"),
                };
                self.set(*to, Value::Range(Rc::new(walk)));
            }
            other => self.map(other, spot)?,
        }
        Ok(())
    }

    fn map(&mut self, op: &Op, spot: Spot) -> Step<()> {
        match op {
            Op::MapGet { to, ok, map, key, value } => {
                let key = self.get(*key);
                let zero = self.zero(*value);
                let found = match self.get(*map) {
                    Value::Nil => Some(None),
                    Value::Map(it) => {
                        self.access(&whole(it), false, false, spot);
                        self.find(it, &key)?.map(|it| it.map(|it| it.1))
                    }
                    _ => None,
                };
                let (value, was) = match found {
                    Some(Some(it)) => (it, Value::Bool(true)),
                    Some(None) => (zero, Value::Bool(false)),
                    None => (self.unknown(Doubt::Guessed), self.unknown(Doubt::Guessed)),
                };
                self.set(*to, value);
                if let Some(ok) = ok {
                    self.set(*ok, was);
                }
            }
            Op::MapSet { map, key, value } => {
                let (key, value) = (self.get(*key), self.get(*value));
                match self.get(*map) {
                    Value::Nil => {
                        return Err(self.panic(Kind::NilMap, "assignment to entry in nil map"));
                    }
                    Value::Map(it) => {
                        let (found, entries) = self.entries_to_write(it, &key, spot)?;
                        match found {
                            Some(Some((index, _))) => {
                                if let Some(entry) = entries.of.get_mut(index) {
                                    entry.1 = value;
                                }
                            }
                            Some(None) => entries.of.push((key, value)),
                            None => entries.vague = true,
                        }
                    }
                    _ => return opaque("a write to an unknown map"),
                }
            }
            Op::MapDelete { map, key } => {
                let key = self.get(*key);
                match self.get(*map) {
                    Value::Nil => {}
                    Value::Map(it) => {
                        let (found, entries) = self.entries_to_write(it, &key, spot)?;
                        match found {
                            Some(Some((index, _))) => {
                                entries.of.remove(index);
                            }
                            Some(None) => {}
                            None => entries.vague = true,
                        }
                    }
                    _ => return opaque("a write to an unknown map"),
                }
            }
            Op::Clear { of } => match self.get(*of) {
                Value::Map(it) => {
                    self.access(&whole(it), true, false, spot);
                    *self.entries(it)? = Entries::default();
                }
                Value::Nil => {}
                _ => return opaque("clear of a slice"),
            },
            _ => return opaque("an operation that is not modelled"),
        }
        Ok(())
    }

    /// The entries of a map that is going to be written to, and what [`find`](Self::find) says.
    fn entries_to_write(
        &mut self,
        map: u32,
        key: &Value,
        spot: Spot,
    ) -> Step<(Place, &mut Entries)> {
        self.access(&whole(map), true, false, spot);
        let found = self.find(map, key)?;
        Ok((found, self.entries(map)?))
    }

    /// The place and the value of a key; `None` where it is not known.
    fn find(&mut self, map: u32, key: &Value) -> Step<Place> {
        let entries = self.entries(map)?;
        let count = entries.of.len() as u64;
        let mut found = if entries.vague { None } else { Some(None) };
        if matches!(key, Value::Unknown(_)) && !entries.of.is_empty() {
            found = None;
        }
        for (index, (other, value)) in entries.of.iter().enumerate() {
            match other.equals(key) {
                Some(true) => {
                    found = Some(Some((index, value.clone())));
                    break;
                }
                Some(false) => {}
                None => found = None,
            }
        }
        self.steps += count / 8;
        Ok(found)
    }

    fn cut(&mut self, from: Reg, bounds: [Option<Reg>; 3]) -> Step<Value> {
        let mut known = [None; 3];
        for (to, from) in known.iter_mut().zip(bounds) {
            *to = match from.map(|it| self.get(it)) {
                None => None,
                Some(Value::Integer(it)) => Some(it),
                Some(_) => return opaque("an unknown bound"),
            };
        }
        let [low, high, max] = known;
        let low = low.unwrap_or(0);
        let from = match self.get(from) {
            Value::Text(it) => {
                let high = high.unwrap_or(it.len() as i128);
                let range = usize::try_from(low).ok().zip(usize::try_from(high).ok());
                return match range {
                    Some((low, high)) if low <= high && high <= it.len() => match it.get(low..high)
                    {
                        Some(part) => Ok(Value::Text(part.into())),
                        None => Ok(self.unknown(Doubt::Guessed)),
                    },
                    _ => Err(self.panic(Kind::OutOfRange, "slice bounds out of range")),
                };
            }
            Value::Nil if low == 0 && high.unwrap_or(0) == 0 && max.unwrap_or(0) == 0 => {
                return Ok(Value::Nil);
            }
            Value::Nil => return Err(self.panic(Kind::OutOfRange, "slice bounds out of range")),
            Value::Slice(it) => it,
            Value::Pointer(array) => {
                let length = match self.peek(&array) {
                    Some(Value::Many(it)) => u32::try_from(it.len()).unwrap_or(0),
                    _ => return opaque("a part of what is not known"),
                };
                Slice { array, from: 0, length, capacity: length }
            }
            unknown => return Ok(follows("cut", &[&unknown])),
        };
        let high = high.unwrap_or(from.length.into());
        let max = max.unwrap_or(from.capacity.into());
        if low < 0 || low > high || high > max || max > i128::from(from.capacity) {
            return Err(self.panic(Kind::OutOfRange, "slice bounds out of range"));
        }
        let part = |it: i128| u32::try_from(it).unwrap_or(0);
        Ok(Value::Slice(Slice {
            from: from.from + part(low),
            length: part(high - low),
            capacity: part(max - low),
            array: from.array,
        }))
    }

    fn append(&mut self, slice: Reg, items: &[Reg], spread: bool, spot: Spot) -> Step<Value> {
        let mut added: Vec<_> = items.iter().map(|it| self.get(*it)).collect();
        if spread {
            added = match added.first() {
                Some(Value::Slice(it)) => {
                    let it = it.clone();
                    self.elements(&it, spot)?
                }
                Some(Value::Nil) | None => Vec::new(),
                Some(Value::Text(it)) => it.bytes().map(|it| Value::Integer(it.into())).collect(),
                Some(unknown) => return Ok(follows("append", &[unknown])),
            };
        }
        let old = match self.get(slice) {
            Value::Slice(it) => it,
            Value::Nil if added.is_empty() => return Ok(Value::Nil),
            Value::Nil => return Ok(Value::Slice(self.slice_of(added))),
            unknown => return Ok(follows("append", &[&unknown])),
        };
        let count = u32::try_from(added.len()).unwrap_or(u32::MAX);
        let length = old.length.saturating_add(count);
        if i128::from(length) > ELEMENTS {
            return opaque("a slice that is too long");
        }
        if length <= old.capacity {
            for (index, value) in (old.length..length).zip(added) {
                self.store(&old.at(index), value, spot)?;
            }
            return Ok(Value::Slice(Slice { length, ..old }));
        }
        let mut all = self.elements(&old, spot)?;
        all.extend(added);
        let room = (old.capacity * 2).max(length) as usize;
        all.resize(room, Value::Nil);
        let mut slice = self.slice_of(all);
        slice.length = length;
        Ok(Value::Slice(slice))
    }

    pub(super) fn next(
        &mut self,
        range: Reg,
        key: Option<Reg>,
        value: Option<Reg>,
        done: Target,
        spot: Spot,
    ) -> Step<()> {
        let Value::Range(walk) = self.get(range) else {
            return opaque("a range that has not begun");
        };
        let (next, item) = match (*walk).clone() {
            Walk::Count(at, end) if at < end => {
                (Walk::Count(at + 1, end), Some((Value::Integer(at), Value::Nil)))
            }
            Walk::Slice(of, at) if at < of.length => {
                let item = match value {
                    Some(_) => self.load(&of.at(at), spot)?,
                    None => Value::Nil,
                };
                (Walk::Slice(of, at + 1), Some((Value::Integer(at.into()), item)))
            }
            Walk::Array(of, at) if at < of.len() => {
                let item = of.get(at).cloned().unwrap_or(Value::Nil);
                (Walk::Array(of, at + 1), Some((Value::Integer(at as i128), item)))
            }
            Walk::Text(of, at) => match of.get(at..).and_then(|it| it.chars().next()) {
                Some(it) => {
                    let item = Value::Integer(u32::from(it).into());
                    (Walk::Text(of, at + it.len_utf8()), Some((Value::Integer(at as i128), item)))
                }
                None => (Walk::Text(of, at), None),
            },
            Walk::Map(map, keys, mut at) => {
                self.access(&whole(map), false, false, spot);
                let mut item = None;
                while let (None, Some(key)) = (&item, keys.get(at)) {
                    at += 1;
                    if let Some(Some((_, value))) = self.find(map, key)? {
                        item = Some((key.clone(), value));
                    }
                }
                (Walk::Map(map, keys, at), item)
            }
            over => (over, None),
        };
        match item {
            Some((at, item)) => {
                self.set(range, Value::Range(Rc::new(next)));
                if let Some(frame) = self.frame() {
                    frame.set(key, at);
                    frame.set(value, item);
                }
                self.advance();
            }
            None => self.jump(done),
        }
        Ok(())
    }
}

/// A map as a whole.
fn whole(map: u32) -> Pointer {
    Pointer { object: map, path: Rc::from([]) }
}
